import { distance } from "fastest-levenshtein";

/** The known word that was probably meant, or undefined when none is near. */
export function nearest(word: string, known: readonly string[]): string | undefined {
    const plain = simplify(word);
    let best: { word: string; distance: number } | undefined;
    for (const candidate of known) {
        const far = distance(plain, simplify(candidate));
        if (best === undefined || far < best.distance) best = { word: candidate, distance: far };
    }
    if (best === undefined) return undefined;
    // A third of the letters may be wrong (`adress`, `servr`; not `host` for `port`), or two have changed places (`agnet`).
    const allowed = Math.max(
        1,
        Math.floor(best.word.length / 3),
        letters(plain) === letters(simplify(best.word)) ? 2 : 0,
    );
    return best.distance <= allowed ? best.word : undefined;
}

/** `Did you mean "port"?`, or the list of what there is. */
export function didYouMean(word: string, known: readonly string[], kind: string): string {
    const suggestion = nearest(word, known);
    if (suggestion !== undefined) return `Did you mean "${suggestion}"?`;
    return known.length === 0 ? `There are no ${kind}` : `The ${kind} are ${known.join(", ")}`;
}

function letters(word: string): string {
    return Array.from(word).sort().join("");
}

/** `node_ip`, `node-ip` and `NodeIP` are all `nodeIp` to a person. */
function simplify(word: string): string {
    return word.toLowerCase().replace(/[-_ .]/g, "");
}
