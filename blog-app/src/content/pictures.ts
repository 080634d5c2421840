import type { Element, Properties } from "hast";

import type { KnownImage } from "./render";
import type { Labels } from "./labels";

const ADDRESS = /^\/images\/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/i;
/** The column of text is 44rem wide at most. */
const SIZES = "(min-width: 48rem) 44rem, 100vw";

/** The id of a picture of this blog; undefined: another site's. */
export function imageIdOf(source: unknown): string | undefined {
    return typeof source === "string" ? ADDRESS.exec(source)?.[1]?.toLowerCase() : undefined;
}

/** A picture in the widths there are, with its room kept while it loads. `first`: it may be what readers see first. */
export function pictureOf(image: KnownImage, properties: Properties, first: boolean): Element {
    const address = `/images/${image.id}`;
    const widths = image.widths.filter((width) => width < image.width);
    const picture = element("img", {
        src: address,
        ...(widths.length === 0
            ? {}
            : {
                  srcSet: [
                      ...widths.map((width) => `${address}?w=${String(width)} ${String(width)}w`),
                      `${address} ${String(image.width)}w`,
                  ].join(", "),
                  sizes: SIZES,
              }),
        width: image.width,
        height: image.height,
        alt: altOf(properties),
        ...(properties.title === undefined ? {} : { title: properties.title }),
        ...loading(first),
    });
    const placeholder =
        image.placeholder !== null && /^[A-Za-z0-9+/=]+$/.test(image.placeholder)
            ? [
                  element("img", {
                      className: ["placeholder"],
                      src: `data:image/webp;base64,${image.placeholder}`,
                      width: image.width,
                      height: image.height,
                      alt: "",
                      ariaHidden: "true",
                  }),
              ]
            : [];
    return element("span", { className: ["picture"] }, [...placeholder, picture]);
}

/** Another site's picture. */
export function foreignPicture(properties: Properties, first: boolean): Element {
    return element("img", { ...properties, alt: altOf(properties), ...loading(first) });
}

export function missingPicture(alt: unknown, labels: Labels): Element {
    const text =
        typeof alt === "string" && alt.trim() !== ""
            ? `${labels.missingPicture}: ${alt.trim()}`
            : labels.missingPicture;
    return element("span", { className: ["missing-picture"], role: "img", ariaLabel: text }, [
        { type: "text", value: text },
    ]);
}

function altOf({ alt }: Properties): string {
    return typeof alt === "string" ? alt : "";
}

function loading(first: boolean): Properties {
    return first ? { fetchPriority: "high", decoding: "async" } : { loading: "lazy", decoding: "async" };
}

export function element(tagName: string, properties: Properties, children: Element["children"] = []): Element {
    return { type: "element", tagName, properties, children };
}
