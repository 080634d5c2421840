/** Addresses of readers' pages, from the root. */
export const postPath = (slug: string) => `/post/${encodeURIComponent(slug)}`;
export const categoryPath = (slug: string) => `/category/${encodeURIComponent(slug)}`;
export const tagPath = (slug: string) => `/tag/${encodeURIComponent(slug)}`;
export const searchPath = (query: string, page = 1) => {
    const parameters = new URLSearchParams({ q: query, ...(page > 1 ? { page: String(page) } : {}) });
    return `/search?${parameters.toString()}`;
};
/** A page of a list; the first has no number in its address. */
export const pagePath = (path: string, page: number) => (page > 1 ? `${path}?page=${String(page)}` : path);
