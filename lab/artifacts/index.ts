import { existsSync } from "node:fs";
import { dirname, join, resolve, sep } from "node:path";
import { build } from "./build";
import { cacheFolder, clearOldVersions, touch } from "./cache";
import { artifactKey, fileSha256, inputFiles } from "./key";
import { buildOrder } from "./order";
import { type ArtifactDefinition, type ArtifactName, table } from "./table";
import { findGo, type GoToolchain, newestRequiredGo } from "./toolchain";

export { type ArtifactName, artifactNames } from "./table";

/** What happens to one artifact; seconds since its work began. */
export interface ArtifactEvent {
    readonly name: ArtifactName;
    readonly phase: "cached" | "building" | "built";
    readonly seconds: number;
}

const repository = resolve(__dirname, "..", "..");

/**
 * Builds what is missing of the named artifacts and of those they need, one after the other, and gives the folder of
 * each. Safe to call from several processes at once. Fails with the end of the build's log.
 */
export async function ensure(
    names: readonly ArtifactName[],
    report: (event: ArtifactEvent) => void = () => undefined,
): Promise<Record<ArtifactName, string>> {
    const order = buildOrder(names, (name) => table[name].needs);
    requireHostFiles(order);
    const go = await toolchain(order);
    const keys: Partial<Record<ArtifactName, string>> = {};
    const folders: Partial<Record<ArtifactName, string>> = {};
    for (const name of order) {
        const start = performance.now();
        const tell = (phase: ArtifactEvent["phase"]): void => {
            report({ name, phase, seconds: (performance.now() - start) / 1000 });
        };
        const definition = table[name];
        const key = keyOf(definition, keys, go);
        const target = join(cacheFolder("artifacts"), `${name}-${key}`);
        keys[name] = key;
        folders[name] = target;
        if (existsSync(target)) {
            touch(target);
            tell("cached");
            continue;
        }
        tell("building");
        const source = join(repository, definition.folder);
        await build({ name, source, target, environment: buildEnvironment(definition, folders, go) });
        clearOldVersions(name);
        tell("built");
    }
    return folders as Record<ArtifactName, string>;
}

/** Files of this machine that are missing, all at once, each with the package that brings it. */
function requireHostFiles(order: readonly ArtifactName[]): void {
    const missing = new Map<string, string>();
    for (const name of order) {
        for (const [path, debianPackage] of Object.entries(table[name].hostFiles ?? {})) {
            if (!existsSync(path)) {
                missing.set(path, debianPackage);
            }
        }
    }
    if (missing.size > 0) {
        const packages = [...new Set(missing.values())].sort().join(" ");
        throw new Error(
            `missing on this machine: ${[...missing.keys()].join(", ")}. Install: apt-get install ${packages}`,
        );
    }
}

async function toolchain(order: readonly ArtifactName[]): Promise<GoToolchain | undefined> {
    const folders = order
        .filter((name) => table[name].go)
        .flatMap((name) => inputFolders(table[name]))
        .map((folder) => join(repository, folder));
    return folders.length === 0 ? undefined : findGo(newestRequiredGo(folders));
}

function inputFolders({ folder, shares }: ArtifactDefinition): string[] {
    return [folder, ...(shares === undefined ? [] : [shares])];
}

function keyOf(
    definition: ArtifactDefinition,
    keys: Partial<Record<ArtifactName, string>>,
    go: GoToolchain | undefined,
): string {
    const artifacts = Object.values(table).map((other) => join(repository, other.folder));
    const files = inputFolders(definition).flatMap((name, index) => {
        const folder = join(repository, name);
        const others = artifacts.filter((other) => other.startsWith(folder + sep));
        // Only to tell two files of one name apart.
        const prefix = "shared/".repeat(index);
        return inputFiles(folder, others).map((file) => ({ ...file, path: `${prefix}${file.path}` }));
    });
    const hostPaths = Object.keys(definition.hostFiles ?? {});
    return artifactKey({
        files,
        needs: Object.fromEntries(definition.needs.map((name) => [name, keys[name] ?? ""])),
        hostFiles: Object.fromEntries(hostPaths.map((path) => [path, fileSha256(path)])),
        ...(definition.go && go !== undefined ? { goVersion: go.version } : {}),
        architecture: process.arch,
    });
}

/** The name of the variable in which `build.sh` finds the folder of an artifact that it needs. */
export function folderVariable(name: ArtifactName): string {
    return `ARTIFACT_${name.toUpperCase().replaceAll("-", "_")}`;
}

function buildEnvironment(
    definition: ArtifactDefinition,
    folders: Partial<Record<ArtifactName, string>>,
    go: GoToolchain | undefined,
): NodeJS.ProcessEnv {
    const environment: NodeJS.ProcessEnv = { ...process.env };
    for (const name of definition.needs) {
        environment[folderVariable(name)] = folders[name];
    }
    if (go !== undefined) {
        // The same go and the same settings everywhere: a user's own would change the output, but not the key.
        Object.assign(environment, { GOTOOLCHAIN: "local", GOFLAGS: "", GOWORK: "off", GOAMD64: "v1" });
        if (go.program !== "go") {
            environment.PATH = `${dirname(go.program)}:${environment.PATH ?? ""}`;
        }
    }
    return environment;
}
