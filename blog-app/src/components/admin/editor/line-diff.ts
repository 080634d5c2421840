export type DiffLine =
    | {
          readonly kind: "added" | "removed";
          readonly text: string;
      }
    | {
          /** Equal lines that are left out. */
          readonly kind: "same";
          readonly lines: number;
      };

/** Cells of the table of common subsequences: beyond it all lines count as changed. */
const MOST_CELLS = 4_000_000;

/** What is to be taken out of and put into a text to make it another, by lines; the longest common lines stay. */
export function lineDiff(before: string, after: string): DiffLine[] {
    const from = before.split("\n");
    const to = after.split("\n");
    let start = 0;
    while (start < from.length && start < to.length && from[start] === to[start]) start += 1;
    let end = 0;
    while (
        end < from.length - start &&
        end < to.length - start &&
        from[from.length - 1 - end] === to[to.length - 1 - end]
    ) {
        end += 1;
    }
    const diff: DiffLine[] = [];
    const same = (lines: number) => {
        const last = diff.at(-1);
        if (lines === 0) return;
        if (last?.kind === "same") diff[diff.length - 1] = { kind: "same", lines: last.lines + lines };
        else diff.push({ kind: "same", lines });
    };
    same(start);
    const a = from.slice(start, from.length - end);
    const b = to.slice(start, to.length - end);
    const width = b.length + 1;
    // common[i * width + j]: how many lines a from i on and b from j on have in common.
    const known = a.length * b.length <= MOST_CELLS;
    const common = new Uint32Array(known ? (a.length + 1) * width : 0);
    const at = (i: number, j: number) => common[i * width + j] ?? 0;
    if (known) {
        for (let i = a.length - 1; i >= 0; i -= 1) {
            for (let j = b.length - 1; j >= 0; j -= 1) {
                common[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
            }
        }
    }
    let i = 0;
    let j = 0;
    while (i < a.length || j < b.length) {
        const [removed, added] = [a[i], b[j]];
        if (known && removed !== undefined && removed === added) {
            same(1);
            i += 1;
            j += 1;
        } else if (removed !== undefined && (added === undefined || !known || at(i + 1, j) >= at(i, j + 1))) {
            diff.push({ kind: "removed", text: removed });
            i += 1;
        } else {
            diff.push({ kind: "added", text: added ?? "" });
            j += 1;
        }
    }
    same(end);
    return diff;
}
