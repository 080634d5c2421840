import { stringify } from "yaml";
import { NAMESPACE } from "../config";
import { formatPath, type KeyPath } from "../path";
import { settingsSchema } from "../schema";
import { docOf } from "../schema/walk";
import { encryptValue } from "../stack-file";
import { isMap, secretPaths, type RawSettings } from "./check";

/** A stack file of these settings: comments, and every secret encrypted. */
export function renderStackFile(
    raw: RawSettings,
    secrets: { readonly encryptionsalt: string; readonly key: Uint8Array },
): string {
    const sealed = seal(raw, [], new Set(secretPaths(raw)), secrets.key) as Record<string, unknown>;
    const sections = Object.entries(settingsSchema.shape).flatMap(([section, schema]) =>
        sealed[section] === undefined
            ? []
            : [`${comment(docOf(schema)?.description ?? "")}${entry(`${NAMESPACE}:${section}`, sealed[section])}`],
    );
    return [
        comment(
            "Written by npm run setup. Every key is described in docs/reference/settings.md. Values after `secure:` are",
            "",
        ) +
            comment("encrypted with the stack's passphrase: pulumi config set --secret --path <key> changes one.", "") +
            entry("encryptionsalt", secrets.encryptionsalt, "") +
            "config:\n" +
            comment(
                "Kubernetes objects go to the cluster of this program, never to the one that a kubeconfig happens to point at.",
            ) +
            entry("pulumi:disable-default-providers", ["kubernetes"]),
        ...sections,
    ].join("\n");
}

function comment(text: string, indent = "  "): string {
    return `${indent}# ${text.replaceAll("`", "")}\n`;
}

function entry(key: string, value: unknown, indent = "  "): string {
    return stringify({ [key]: value }, { lineWidth: 0 }).replace(/^(?=.)/gm, indent);
}

function seal(value: unknown, path: KeyPath, secrets: ReadonlySet<string>, key: Uint8Array): unknown {
    if (typeof value === "string" && secrets.has(formatPath(path))) return { secure: encryptValue(key, value) };
    if (Array.isArray(value)) return value.map((item, index) => seal(item, [...path, index], secrets, key));
    if (!isMap(value)) return value;
    return Object.fromEntries(
        Object.entries(value).map(([name, item]) => [name, seal(item, [...path, name], secrets, key)]),
    );
}
