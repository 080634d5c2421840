import { mkdirSync, readdirSync, rmSync, statSync, utimesSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** `$ONPREM_BLOG_CACHE`, else `onprem-blog` in the user's cache folder. */
export function cacheRoot(environment: NodeJS.ProcessEnv = process.env): string {
    if (environment.ONPREM_BLOG_CACHE) {
        return environment.ONPREM_BLOG_CACHE;
    }
    return join(environment.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "onprem-blog");
}

/** A folder of the cache, made when it is missing. */
export function cacheFolder(...names: string[]): string {
    const folder = join(cacheRoot(), ...names);
    mkdirSync(folder, { recursive: true });
    return folder;
}

/** How many versions of one artifact are kept: going back to an earlier commit then builds nothing. */
const keptVersions = 3;

/** Notes that an artifact is in use, which keeps it from being cleared away. */
export function touch(folder: string): void {
    const now = new Date();
    utimesSync(folder, now, now);
}

/** Clears away all but the last used versions of one artifact. */
export function clearOldVersions(name: string): void {
    const root = cacheFolder("artifacts");
    const pattern = new RegExp(`^${name}-[0-9a-f]{16}$`);
    const versions = readdirSync(root)
        .filter((entry) => pattern.test(entry))
        .map((entry) => ({ path: join(root, entry), used: statSync(join(root, entry)).mtimeMs }))
        .sort((a, b) => b.used - a.used);
    for (const { path } of versions.slice(keptVersions)) {
        rmSync(path, { recursive: true, force: true });
    }
}
