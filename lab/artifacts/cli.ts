/** Builds artifacts by hand: `npx ts-node -T lab/artifacts/cli.ts [name...]`; without names, all of them. */
import { type ArtifactName, artifactNames, ensure } from "./index";

function isArtifactName(name: string): name is ArtifactName {
    return (artifactNames as readonly string[]).includes(name);
}

async function main(names: readonly string[]): Promise<void> {
    const unknown = names.filter((name) => !isArtifactName(name));
    if (unknown.length > 0) {
        throw new Error(`no artifact ${unknown.join(", ")}; there are: ${artifactNames.join(", ")}`);
    }
    const wanted = names.length > 0 ? names.filter(isArtifactName) : artifactNames;
    const folders = await ensure(wanted, ({ name, phase, seconds }) => {
        console.error(`${name}: ${phase}${phase === "building" ? "" : ` (${seconds.toFixed(1)} s)`}`);
    });
    for (const name of wanted) {
        console.log(`${name} ${folders[name]}`);
    }
}

main(process.argv.slice(2)).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
});
