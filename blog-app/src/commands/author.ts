import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";

import { createAuth } from "../auth/auth";
import { openDatabase } from "../data/database";
import { isRefusal } from "../server/api-error";
import { blogEnv } from "../command-line/blog-env";
import { fail, UsageError } from "../command-line/fail";
import { typed } from "../command-line/typed";

const command = typed("author");
const usage = `usage: ${command} create --email <address> --name <name> [--password-file <file>]
       ${command} reset-password --email <address> [--password-file <file>]

create          makes an author, who can sign in at /admin
reset-password  sets another password, and signs the author out everywhere

The password is read from the file, or from standard input; its last line end is left out. It has at least 10
characters. It works on the blog of the server's environment (DATABASE_HOST, ...), else on the one that
\`npm run dev\` runs for this checkout.

    printf %s "$PASSWORD" | ${command} create --email author@example.org --name "Author"`;

async function readPassword(file: string | undefined): Promise<string> {
    const given = file === undefined ? await readStandardInput() : readFileSync(file, "utf8");
    const password = given.replace(/\r?\n$/, "");
    if (password === "") throw new UsageError(`no password in ${file ?? "standard input"}`);
    if (/[\r\n]/.test(password)) throw new UsageError(`more than one line in ${file ?? "standard input"}; wanted: one`);
    return password;
}

async function readStandardInput(): Promise<string> {
    if (process.stdin.isTTY) {
        throw new UsageError("no password; wanted: by standard input (a pipe) or by --password-file <file>");
    }
    return text(process.stdin);
}

async function main(): Promise<void> {
    const { values, positionals } = parseArgs({
        allowPositionals: true,
        options: {
            email: { type: "string" },
            name: { type: "string" },
            "password-file": { type: "string" },
            help: { type: "boolean", short: "h", default: false },
        },
    });
    if (values.help) {
        console.log(usage);
        return;
    }
    const [command, ...rest] = positionals;
    if ((command !== "create" && command !== "reset-password") || rest.length > 0) {
        throw new UsageError(`found: ${positionals.join(" ") || "no command"}; wanted: create or reset-password`);
    }
    const { email, name } = values;
    if (email === undefined) throw new UsageError("--email is missing");
    if (command === "create" && name === undefined) throw new UsageError("--name is missing");
    const env = await blogEnv();
    const password = await readPassword(values["password-file"]);
    const database = openDatabase(env);
    try {
        const auth = createAuth({ database, redis: undefined, env: { SITE_LANGUAGE: "en" } });
        if (command === "create") {
            const author = await auth.createAuthor({ email, name: name ?? "", password });
            console.log(`made the author ${author.name} <${author.email}>; sign in at ${env.SITE_URL}/admin`);
        } else {
            await auth.resetPassword(email, password);
            console.log(`set another password for ${email}; all its sessions have ended`);
        }
    } finally {
        await database.close();
    }
}

main().catch((error: unknown) => {
    if (!isRefusal(error)) fail(error, usage);
    for (const message of Object.values(error.details?.fields ?? { "": error.message })) console.error(message);
    process.exit(1);
});
