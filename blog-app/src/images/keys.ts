const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** An image's id as this blog writes it: a UUID in lower case. Nothing else ever becomes part of an object's key. */
export function isImageId(text: string): boolean {
    return UUID.test(text);
}

/** Where the objects of a picture lie in the bucket; nothing in it is of the author's naming. */
export const uploadKey = (id: string) => `uploads/${id}`;
export const variantKey = (id: string, width: number) => `images/${id}/${String(width)}.webp`;
