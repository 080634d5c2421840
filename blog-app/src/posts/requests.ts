import * as z from "zod";

import { postFields } from "./fields";

/** The bodies of the editor's requests. */
export const editorRequest = z.strictObject({
    fields: postFields,
    stamp: z.strictObject({
        revision: z.number().int().min(1),
        draftSavedAt: z.iso.datetime().nullable(),
    }),
});

/** The body of a request that names a category or a tag. */
export const termRequest = z.strictObject({ name: z.string().trim().min(1).max(60) });
