/** A tag as rehype-stringify writes it: `<` in text and `"` in values are always escaped. */
const TAG = /<[a-zA-Z][^\s/>]*(?:\s+[^\s=>/]+(?:="[^"]*")?)*\s*\/?>/g;
const ADDRESS = /(\s(?:href|src|poster|cite)=")([^"]*)(")/g;
const SRCSET = /(\ssrcset=")([^"]*)(")/g;

/**
 * The post's html with addresses that hold anywhere, as feed readers need them.
 * @param site the site's address, without a slash at its end
 * @param page the post's own address, for links inside it
 */
export function absoluteUrls(html: string, site: string, page: string): string {
    const absolute = (address: string) =>
        address.startsWith("#")
            ? page + address
            : address.startsWith("/") && !address.startsWith("//")
              ? site + address
              : address;
    return html.replace(TAG, (tag) =>
        tag
            .replace(ADDRESS, (_, before: string, address: string, after: string) => before + absolute(address) + after)
            .replace(
                SRCSET,
                (_, before: string, set: string, after: string) =>
                    before + set.split(/,\s+/).map(absolute).join(", ") + after,
            ),
    );
}
