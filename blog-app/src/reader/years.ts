/** Puts things together by year; years and things stay in the order they came in. */
export function byYear<T>(things: readonly T[], yearOf: (thing: T) => number): [number, T[]][] {
    const years = new Map<number, T[]>();
    for (const thing of things) {
        const year = yearOf(thing);
        const ofYear = years.get(year);
        if (ofYear === undefined) years.set(year, [thing]);
        else ofYear.push(thing);
    }
    return [...years];
}
