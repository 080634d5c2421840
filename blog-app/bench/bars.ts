/** A figure that the blog is held to. */
export interface Bar {
    readonly what: string;
    readonly unit: string;
    readonly limit: { readonly atLeast: number } | { readonly atMost: number };
    /** Ghost 5.130.6 and Next.js 16 with the same article on two cores, the generator beside them; where known. */
    readonly ghost?: string;
    readonly next?: string;
}

/** From issue 5 part 6, with the figures of others measured for it on 2026-11-22. */
export const BARS = {
    cachedRate: {
        what: "cached post, 32 at a time, gzip",
        unit: "req/s",
        limit: { atLeast: 10_000 },
        ghost: "78",
        next: "701",
    },
    cachedP99: { what: "cached post, 32 at a time, p99", unit: "ms", limit: { atMost: 20 }, ghost: "699", next: "113" },
    cachedErrors: { what: "cached post, failed", unit: "", limit: { atMost: 0 } },
    firstByteP95: {
        what: "cached post, one at a time, first byte, p95",
        unit: "ms",
        limit: { atMost: 5 },
        ghost: "31 (p99)",
        next: "19 (p99)",
    },
    uncachedP95: { what: "post nobody has asked for, p95", unit: "ms", limit: { atMost: 60 }, next: "28 (SSR alone)" },
    searchP95: { what: "search over 2,000 posts, p95", unit: "ms", limit: { atMost: 20 } },
    publishedSeconds: { what: "published until on two replicas", unit: "s", limit: { atMost: 1 } },
    publishedStale: { what: "older answers after that", unit: "", limit: { atMost: 0 } },
    redisDownExtra: {
        what: "page without Redis, added",
        unit: "ms",
        limit: { atMost: 200 },
        next: "1,000-2,300 (client's defaults)",
    },
    redisBackSeconds: { what: "Redis back until shared again", unit: "s", limit: { atMost: 10 } },
    stopFailed: { what: "SIGTERM under load, failed", unit: "", limit: { atMost: 0 } },
    stopSeconds: { what: "SIGTERM until ended", unit: "s", limit: { atMost: 10 }, next: "1.2" },
    startSeconds: { what: "start until ready", unit: "s", limit: { atMost: 3 }, next: "0.8" },
    memoryIdle: { what: "memory idle (RSS)", unit: "MB", limit: { atMost: 120 }, next: "97" },
    memoryLoaded: { what: "memory after all of this (RSS)", unit: "MB", limit: { atMost: 450 }, next: "405" },
    pageKilobytes: { what: "post page, HTML gzip", unit: "KB", limit: { atMost: 12 }, next: "10.9" },
    scriptKilobytes: { what: "post page, script", unit: "KB", limit: { atMost: 10 }, next: "135.6 (gzip)" },
    lighthousePostPerformance: {
        what: "Lighthouse post: performance",
        unit: "",
        limit: { atLeast: 100 },
        ghost: "100",
        next: "97",
    },
    lighthousePostAccessibility: {
        what: "Lighthouse post: accessibility",
        unit: "",
        limit: { atLeast: 100 },
        ghost: "90",
        next: "90",
    },
    lighthousePostBestPractices: {
        what: "Lighthouse post: best practices",
        unit: "",
        limit: { atLeast: 100 },
        ghost: "96",
        next: "96",
    },
    lighthousePostSeo: { what: "Lighthouse post: SEO", unit: "", limit: { atLeast: 100 }, ghost: "92", next: "82" },
    lighthouseHomePerformance: { what: "Lighthouse home: performance", unit: "", limit: { atLeast: 100 } },
    lighthouseHomeAccessibility: { what: "Lighthouse home: accessibility", unit: "", limit: { atLeast: 100 } },
    lighthouseHomeBestPractices: { what: "Lighthouse home: best practices", unit: "", limit: { atLeast: 100 } },
    lighthouseHomeSeo: { what: "Lighthouse home: SEO", unit: "", limit: { atLeast: 100 } },
} as const satisfies Record<string, Bar>;
export type BarName = keyof typeof BARS;

export function met(bar: Bar, value: number): boolean {
    return "atLeast" in bar.limit ? value >= bar.limit.atLeast : value <= bar.limit.atMost;
}
