import { mkdirSync } from "node:fs";
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
