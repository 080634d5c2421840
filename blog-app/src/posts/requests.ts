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
export type EditorRequest = z.infer<typeof editorRequest>;
