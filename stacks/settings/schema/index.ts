import * as z from "zod";
import { isDomain } from "../syntax";
import { fieldDocs, text } from "./field";
import { helloSchema } from "./hello";
import { k3sSchema } from "./k3s";
import { laptopsSchema } from "./laptops";
import { preflightSchema } from "./preflight";
import { prepareSchema } from "./prepare";
import { sshSchema } from "./ssh";

const domain = text((value) => {
    if (isDomain(value)) return true;
    if (URL.canParse(value) && isDomain(new URL(value).hostname)) {
        return { hint: `Did you mean "${new URL(value).hostname}"?` };
    }
    return isDomain(value.toLowerCase()) ? { hint: `Did you mean "${value.toLowerCase()}"?` } : {};
}).register(fieldDocs, {
    description: "Domain under which everything in the cluster has its name.",
    wanted: "a domain such as example.org, in lower case",
});

/** The whole of a stack file's `onprem-blog:` keys. Types, descriptions and defaults stand here and nowhere else. */
export const settingsSchema = z.strictObject({
    domain,
    laptops: laptopsSchema,
    ssh: sshSchema,
    preflight: preflightSchema,
    prepare: prepareSchema,
    k3s: k3sSchema,
    hello: helloSchema,
});

/** What the schema gives: defaults filled in within each section, nothing looked up across sections. */
export type Shape = z.output<typeof settingsSchema>;
