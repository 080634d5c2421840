/** What kind of answer a path gets, and the name of its route in metrics. */
export interface Route {
    /**
     * page: the same for all readers, kept ready. dynamic: rendered at each request. file: of the build or public/.
     * own: answered without Next.js, by the handler of the route's name.
     */
    readonly kind: "page" | "dynamic" | "file" | "own";
    readonly name: string;
    /** The query parameters that the page looks at; any other is left away, and with it another copy of the page. */
    readonly parameters?: readonly string[];
}

const PAGES: readonly (readonly [RegExp, Route])[] = [
    [/^\/$/, { kind: "page", name: "home", parameters: ["page"] }],
    [/^\/post\/[^/]+$/, { kind: "page", name: "post" }],
    [/^\/category\/[^/]+$/, { kind: "page", name: "category", parameters: ["page"] }],
    [/^\/tag\/[^/]+$/, { kind: "page", name: "tag", parameters: ["page"] }],
    [/^\/archive$/, { kind: "page", name: "archive" }],
    [/^\/tags$/, { kind: "page", name: "tags" }],
    [/^\/(rss\.xml|atom\.xml|feed\.json)$/, { kind: "page", name: "feed" }],
    [/^\/(sitemap\.xml|robots\.txt|manifest\.webmanifest)$/, { kind: "page", name: "robots" }],
    [/^\/search$/, { kind: "dynamic", name: "search" }],
    [/^\/images\//, { kind: "own", name: "image" }],
    [/^\/og\//, { kind: "own", name: "og" }],
    [/^\/preview\//, { kind: "dynamic", name: "preview" }],
    [/^\/(_next\/data\/[^/]+\/)?admin([/.]|$)/, { kind: "dynamic", name: "admin" }],
    [/^\/api\//, { kind: "dynamic", name: "api" }],
    [/^\/_next\//, { kind: "file", name: "file" }],
    [/^\/[^/]+\.(js|svg|png|ico|woff2)$/, { kind: "file", name: "file" }],
];
const OTHER: Route = { kind: "dynamic", name: "other" };

export function routeOf(path: string): Route {
    return PAGES.find(([pattern]) => pattern.test(path))?.[1] ?? OTHER;
}

/** Where other blogs have what is elsewhere here; /main is the home page of the blog that this one replaces. */
const MOVED = new Map([
    ["/main", "/"],
    ...["/feed", "/rss", "/feed.xml", "/index.xml"].map((path) => [path, "/rss.xml"] as const),
    ["/atom", "/atom.xml"],
]);

/** The address of a page that is asked for by another, or with a slash behind; undefined: it has no other. */
export function movedTo(path: string, query: string): string | undefined {
    const plain = path.replace(/\/+$/, "");
    const moved = MOVED.get(plain);
    // Two slashes at the beginning, of either kind, lead to another site.
    if (moved !== undefined || plain === path || plain === "" || /^\/[/\\]/.test(path)) return moved;
    return ["own", "file"].includes(routeOf(path).kind) ? undefined : `${plain}${query}`;
}

/** Whether a path has "." or ".." in it, however they are written: another address, as some libraries read it. */
export function hasDots(path: string): boolean {
    return /\/(?:\.|%2e){1,2}(?:\/|$)/i.test(path);
}

/** The path of a request's target, which a proxy may have written as a whole address. */
export function originForm(target: string): string {
    const path = target.replace(/^https?:\/\/[^/?#]*/i, "");
    return path === target || path.startsWith("/") ? path : `/${path}`;
}

/**
 * The address under which a page is rendered and kept: its path in one spelling, and of its query only what the page
 * looks at. So there is one copy of it, however it is asked for.
 */
export function pageAddress(path: string, query: URLSearchParams, route: Route): string {
    const kept = new URLSearchParams();
    for (const name of route.parameters ?? []) {
        const value = query.get(name);
        if (value !== null) kept.set(name, value);
    }
    const spelled = path.split("/").map(spell).join("/");
    return kept.size === 0 ? spelled : `${spelled}?${kept.toString()}`;
}

function spell(segment: string): string {
    try {
        return encodeURIComponent(decodeURIComponent(segment));
    } catch {
        // Next refuses it.
        return segment;
    }
}
