import type { ArtifactName } from "./table";

/**
 * The named artifacts and everything they need, each after what it needs; otherwise in the order in which they are
 * first named.
 */
export function buildOrder(
    names: readonly ArtifactName[],
    needs: (name: ArtifactName) => readonly ArtifactName[],
): ArtifactName[] {
    const order: ArtifactName[] = [];
    const visit = (name: ArtifactName, path: readonly ArtifactName[]): void => {
        if (path.includes(name)) {
            throw new Error(`artifacts need each other: ${[...path, name].join(" -> ")}`);
        }
        if (order.includes(name)) {
            return;
        }
        for (const needed of needs(name)) {
            visit(needed, [...path, name]);
        }
        order.push(name);
    };
    for (const name of names) {
        visit(name, []);
    }
    return order;
}
