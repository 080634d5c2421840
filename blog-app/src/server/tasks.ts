import { rerenderOutdated } from "../posts/store";
import type { Log } from "./log";
import type { Tasks } from "./internal";
import type { Services } from "./services";
import { messageOf } from "./message-of";

/** Scheduled work. Each is safe to run on several replicas at once and at any time. */
export function createTasks(services: Services): Tasks {
    return {
        "publish-due": async () => ({ published: await services.posts.publishDue() }),
        "collect-sessions": async () => ({ removed: await services.auth.collectSessions() }),
        "collect-images": () => services.images.collectOrphans().then((removed) => ({ ...removed })),
        rerender: async () => ({ rendered: await rerenderOutdated(services.database, services.images) }),
        "flush-views": () => services.views.flush(),
    };
}

/** How often this process runs each task by itself; those that are not here are run by who calls the internal port. */
const EVERY_SECONDS: Readonly<Record<string, number>> = {
    "publish-due": 5,
    "collect-sessions": 3_600,
    "flush-views": 30,
    "collect-images": 3_600,
    rerender: 60,
};

/** Runs tasks by the clock until the returned function is called. */
export function schedule(tasks: Tasks, log: Log): () => void {
    const timers = Object.entries(EVERY_SECONDS).map(([name, seconds]) => {
        let running = false;
        return setInterval(() => {
            const task = tasks[name];
            if (running || task === undefined) return;
            running = true;
            task()
                .then((did) => {
                    if (Object.values(did).some((count) => count > 0)) log.info({ task: name, ...did }, "task done");
                })
                .catch((error: unknown) => {
                    log.warn({ task: name, error: messageOf(error) }, "task failed");
                })
                .finally(() => (running = false));
        }, seconds * 1000);
    });
    return () => {
        timers.forEach(clearInterval);
    };
}
