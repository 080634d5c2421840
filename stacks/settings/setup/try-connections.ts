import { checkSudo, connect } from "../scan/connection";
import type { PlainSecret } from "../plain-secret";
import type { Settings } from "../types";
import { loginOf } from "./host-keys";

export interface Attempt {
    readonly name: string;
    /** Why the laptop cannot be provisioned; undefined when log-in and sudo work. */
    readonly problem?: string;
}

/** Logs in to every laptop and tries sudo, as the program will. */
export async function tryConnections(
    settings: Settings<PlainSecret>,
    agentSocket: string | undefined,
): Promise<Attempt[]> {
    const login = loginOf(settings, agentSocket);
    const { jumpHost } = settings.ssh;
    let via: Awaited<ReturnType<typeof connect>> | undefined;
    try {
        via = jumpHost === undefined ? undefined : await connect({ ...jumpHost, ...login });
        return await Promise.all(
            settings.laptops.map(async (laptop): Promise<Attempt> => {
                const { name, sudoPassword } = laptop;
                try {
                    const client = await connect({ ...laptop, ...login }, via);
                    try {
                        const problem = await checkSudo(
                            client,
                            typeof sudoPassword === "string" ? sudoPassword : undefined,
                        );
                        return { name, ...(problem === undefined ? {} : { problem }) };
                    } finally {
                        client.end();
                    }
                } catch (error) {
                    return { name, problem: messageOf(error) };
                }
            }),
        );
    } catch (error) {
        return settings.laptops.map(({ name }) => ({ name, problem: `jump host: ${messageOf(error)}` }));
    } finally {
        via?.end();
    }
}

function messageOf(error: unknown): string {
    return error instanceof Error ? error.message : String(error);
}
