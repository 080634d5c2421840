import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import { unzipSync, zipSync } from "fflate";
import sharp from "sharp";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { openDatabase, type Database } from "../../src/data/database";
import * as schema from "../../src/data/schema";
import { createImages, type Images } from "../../src/images/images";
import { createLog } from "../../src/server/log";
import { bytesOf } from "../../src/i18n/bytes";
import { createTransfer, ImportError, type ImportFile, type Transfer } from "../../src/transfer/transfer";
import { freshEnvironment, root } from "../support/app";
import { storePost } from "../support/posts";

const PICTURE = "11111111-2222-4333-8444-555555555555";
let database: Database;
let images: Images;
let transfer: Transfer;
let png: Uint8Array;
let variables: Record<string, string>;
beforeAll(async () => {
    const fresh = await freshEnvironment();
    variables = fresh.variables;
    database = openDatabase(fresh.env);
    images = createImages({ database, env: fresh.env, log: createLog("silent") });
    transfer = createTransfer({ database, images, language: "en" });
    png = await sharp({ create: { width: 600, height: 400, channels: 3, background: "#357" } })
        .png()
        .toBuffer();
});
afterAll(async () => {
    images.close();
    await database.close();
});
beforeEach(async () => {
    await database.query.delete(schema.post);
    await database.query.delete(schema.image);
    await database.query.delete(schema.category);
    await database.query.delete(schema.tag);
});

const bytes = (text: string) => new TextEncoder().encode(text);
const postOf = (title: string, markdown = "본문\n", more = "") =>
    `---\nlayout: post\ntitle: "${title}"\ncreatedAt: 2023-09-29 09:49:15.513000\nupdatedAt: 2023-09-30 09:49:15.513000\ncategory: "기록"\n${more}---\n${markdown}`;
const file = (name: string, text: string): ImportFile => ({ name, content: bytes(text) });
const collect = async (chunks: AsyncIterable<Uint8Array>) => {
    const all: Uint8Array[] = [];
    for await (const chunk of chunks) all.push(chunk);
    return new Uint8Array(Buffer.concat(all));
};
const countPosts = async () => (await database.query.select().from(schema.post)).length;

test("import, export and import again", async () => {
    const source = postOf("첫 글", `![그림](/images/${PICTURE})\n\n\n`, 'tags: ["나", "가"]\n');
    const files = [file("a/first.md", source), { name: `a/images/${PICTURE}.png`, content: png }];
    expect(await transfer.importFiles(files)).toEqual({
        ...{ added: ["첫-글"], updated: [], unchanged: [], images: 1, missingImages: [], skipped: [], warnings: [] },
    });
    const [post] = await database.query.select().from(schema.post);
    expect(post?.html).toContain(`srcset="/images/${PICTURE}?w=480 480w`);
    expect(post?.publishedAt).toEqual(new Date("2023-09-29T09:49:15.513Z"));

    const zip = await collect(transfer.exportZip());
    const entries = unzipSync(zip);
    expect(Object.keys(entries).sort()).toEqual([`images/${PICTURE}.webp`, "posts/첫-글.md"]);
    expect(new TextDecoder().decode(entries["posts/첫-글.md"])).toBe(source.replace('"나", "가"', '"가", "나"'));

    const version = await database.version();
    expect(await transfer.importFiles([{ name: "all.zip", content: zip }])).toMatchObject({
        unchanged: ["첫-글"],
        images: 0,
    });
    // Nothing changed, so no page is made anew.
    expect(await database.version()).toBe(version);
    expect(await transfer.importFiles([file("b.md", source.replace("![", "새 !["))])).toMatchObject({
        updated: ["첫-글"],
    });
    expect(await countPosts()).toBe(1);
    expect((await database.query.select().from(schema.postRevision)).map(({ revision }) => revision)).toEqual([1, 2]);
});

test("what this blog adds survives: slug, status, tags, description, dates, and what is in the trash stays away", async () => {
    const at = new Date("2024-05-05T05:05:05.050Z");
    await storePost(database, { title: "가".repeat(150), tags: ["C++"], description: 'a "b"', category: "분류" });
    await storePost(database, { title: "초안", slug: "other", status: "draft", markdown: "---\n" });
    await storePost(database, { title: "예약", status: "scheduled", publishedAt: "2099-01-01T00:00:00.000Z" });
    const trashed = await storePost(database, { title: "버린 글" });
    await database.pool.query("UPDATE post SET deleted_at = ? WHERE id = ?", [at, trashed.id]);
    const before = await database.query.select().from(schema.post);
    const zip = await collect(transfer.exportZip());
    expect(Object.keys(unzipSync(zip)).every((name) => Buffer.byteLength(path.basename(name)) <= 255)).toBe(true);
    await database.query.delete(schema.post);
    expect((await transfer.importFiles([{ name: "x.zip", content: zip }])).added).toHaveLength(3);
    const after = await database.query.select().from(schema.post);
    const essence = (posts: typeof before) =>
        posts.filter(({ deletedAt }) => deletedAt === null).map(({ id: _, categoryId: __, ...rest }) => rest);
    expect(essence(after)).toEqual(essence(before));
    expect(
        new Map(
            Object.entries(unzipSync(await collect(transfer.exportZip()))).map(([name, content]) => [
                name.replace(/-\d+\.md$/, ".md"),
                Buffer.from(content).toString(),
            ]),
        ),
    ).toEqual(
        new Map(
            Object.entries(unzipSync(zip)).map(([name, content]) => [
                name.replace(/-\d+\.md$/, ".md"),
                Buffer.from(content).toString(),
            ]),
        ),
    );
});

test("a post whose time is to come waits for it, and the same again changes nothing", async () => {
    const coming = file("a.md", postOf("올 글", "본문\n", "publishedAt: 2099-01-01 00:00:00.000000\n"));
    expect(await transfer.importFiles([coming])).toMatchObject({ added: ["올-글"] });
    expect((await database.query.select().from(schema.post))[0]).toMatchObject({ status: "scheduled" });
    expect(await transfer.importFiles([coming])).toMatchObject({ unchanged: ["올-글"] });
});

test("a picture that only code speaks of is not missing", async () => {
    const other = PICTURE.replaceAll("1", "9");
    const source = postOf(
        "첫 글",
        `\`/images/${PICTURE}\`\n\n\`\`\`\n![](/images/${PICTURE})\n\`\`\`\n\n![](/images/${other})\n`,
    );
    expect(await transfer.importFiles([file("a.md", source)])).toMatchObject({ missingImages: [other] });
    expect(await transfer.importFiles([file("a.md", source)])).toMatchObject({
        ...{ unchanged: ["첫-글"], missingImages: [other] },
    });
});

test("a file without front matter is a draft, and what its author decided since stays", async () => {
    const plain = (text: string) => file("메모.md", `# 나의 메모\n\n${text}\n`);
    expect(await transfer.importFiles([plain("하나"), file("b.md", postOf("둘", "", "author: a\n"))])).toMatchObject({
        ...{ added: ["나의-메모", "둘"], warnings: ["b.md:7: author: left out: it means nothing to this blog"] },
    });
    const stored = async () => (await database.query.select().from(schema.post))[0];
    expect(await stored()).toMatchObject({ title: "나의 메모", status: "draft", publishedAt: null });
    expect(await transfer.importFiles([plain("하나")])).toMatchObject({ unchanged: ["나의-메모"] });
    await database.query.update(schema.post).set({ status: "published", publishedAt: new Date() });
    expect(await transfer.importFiles([plain("둘")])).toMatchObject({ updated: ["나의-메모"] });
    expect(await stored()).toMatchObject({ status: "published", markdown: "# 나의 메모\n\n둘\n" });
});

test("a post in the trash comes back by its import", async () => {
    const { id } = await storePost(database, { title: "첫 글" });
    await database.pool.query("UPDATE post SET deleted_at = NOW(3) WHERE id = ?", [id]);
    expect(await transfer.importFiles([file("a.md", postOf("첫 글"))])).toMatchObject({ updated: ["첫-글"] });
    expect((await database.query.select().from(schema.post))[0]).toMatchObject({ id, deletedAt: null });
});

describe("a faulty import leaves everything as it was", () => {
    const faultsOf = async (files: readonly ImportFile[], through = transfer) => {
        const version = await database.version();
        const error: unknown = await through.importFiles(files).then(
            () => undefined,
            (thrown: unknown) => thrown,
        );
        expect(await database.version()).toBe(version);
        return error instanceof ImportError ? error.faults : error;
    };
    test("every fault by its file and line", async () => {
        const files = [
            file("good.md", postOf("좋은 글")),
            file("bad.md", postOf("나쁜 글").replace("2023-09-29", "tomorrow")),
            file("many.md", "---\ntitle: a\ncreatedAt: tomorrow\ntgas: [a]\n---\n"),
            file("open.md", "---\ntags: [a\n---\n"),
            { name: "latin.md", content: Buffer.concat([bytes(postOf("글")), Buffer.from([0x0a, 0xff])]) },
            file("again.md", postOf("좋은 글")),
        ];
        expect(await faultsOf(files)).toEqual([
            expect.stringMatching(/^bad\.md:4: createdAt: .*wanted:/),
            expect.stringMatching(/^many\.md:3: createdAt: /),
            expect.stringMatching(/^many\.md:4: tgas: no such field; wanted: tags/),
            expect.stringMatching(/^open\.md:2: no YAML: [^:]*$/),
            expect.stringMatching(/^latin\.md:\d+: not UTF-8; wanted:/),
            expect.stringMatching(/^again\.md:1: the same address as good\.md/),
        ]);
        expect(await countPosts()).toBe(0);
    });
    test("a fault of the database in the middle", async () => {
        await storePost(database, { title: "주인" });
        const { id } = await storePost(database, { title: "옛 주소" });
        await storePost(database, { title: "새 주소" }, { id });
        const files = [
            file("one.md", postOf("하나")),
            file("two.md", postOf("옛 주소")),
            { name: `${PICTURE}.png`, content: png },
        ];
        expect(await faultsOf(files)).toEqual([
            expect.stringMatching(/^two\.md:1: the address 옛-주소 is another post's/),
        ]);
        expect(await countPosts()).toBe(2);
        // Its picture is gone as well.
        expect(await database.query.select().from(schema.image)).toEqual([]);
    });
    test("a picture that is none", async () => {
        const files = [file("one.md", postOf("하나")), { name: `${PICTURE}.png`, content: bytes("<svg></svg>") }];
        expect(await faultsOf(files)).toEqual([expect.stringMatching(new RegExp(`^${PICTURE}\\.png:1: `))]);
        expect(await countPosts()).toBe(0);
    });
    test("zips that are broken, too big, or lead elsewhere", async () => {
        const zipped = zipSync({ "posts/a.md": bytes(postOf("하나", "가".repeat(100_000))) });
        const cut = zipped.slice(0, zipped.length - 200);
        expect(await faultsOf([{ name: "cut.zip", content: cut.slice(0, 200) }])).toEqual([
            expect.stringMatching(/^cut\.zip: not a whole zip/),
        ]);
        const small = createTransfer({ database, images, language: "en", limits: { files: 2, bytes: 100_000 } });
        expect(await faultsOf([{ name: "bomb.zip", content: zipped }], small)).toEqual([
            expect.stringMatching(/^bomb\.zip: more than 100 KB unpacked/),
        ]);
        const many = zipSync({ "a.md": bytes("a"), "b.md": bytes("b"), "c.md": bytes("c") });
        expect(await faultsOf([{ name: "many.zip", content: many }], small)).toEqual([
            expect.stringMatching(/more than 2 files/),
        ]);
        for (const name of ["../a.md", "a/../../b.md", "/etc/a.md", "c:\\a.md", "..\\a.md"]) {
            const traversal = zipSync({ [name]: bytes(postOf("하나")) });
            expect(await faultsOf([{ name: "t.zip", content: traversal }]), name).toEqual([
                expect.stringMatching(/leads out of the zip/),
            ]);
        }
        expect(await faultsOf([{ name: "broken.zip", content: bytes("PK, but no zip") }])).toEqual([
            "broken.zip: no zip, or a damaged one; wanted: a zip as the export makes it",
        ]);
        expect(await faultsOf([{ name: "empty.zip", content: zipSync({}) }])).toEqual([
            expect.stringMatching(/^empty\.zip: no files in it/),
        ]);
        expect(await faultsOf([])).toEqual([expect.stringMatching(/^no post in no file; wanted:/)]);
    });
});

describe("on the command line", () => {
    const run = (command: string, ...rest: string[]) =>
        promisify(execFile)(
            process.execPath,
            ["--import", "tsx", path.join(root, `src/commands/${command}.ts`), ...rest],
            {
                cwd: root,
                env: { PATH: process.env.PATH, ...variables } as unknown as NodeJS.ProcessEnv,
            },
        ).then(
            ({ stdout }) => ({ code: 0, text: stdout }),
            (error: unknown) => {
                const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
                return { code, text: stdout + stderr };
            },
        );
    test("a folder comes in and a zip comes out", async () => {
        const folder = mkdtempSync(path.join(tmpdir(), "blog-transfer-"));
        try {
            mkdirSync(path.join(folder, "in"));
            writeFileSync(path.join(folder, "in/a.md"), postOf("하나", `![](/images/${PICTURE})`));
            writeFileSync(path.join(folder, "in/notes.pdf"), "x");
            const imported = await run("import", path.join(folder, "in"));
            expect(imported.code).toBe(0);
            expect(imported.text).toContain("1 added, 0 updated, 0 unchanged; 0 new pictures");
            expect(imported.text).toContain(PICTURE);
            expect(imported.text).toContain("notes.pdf");
            const out = path.join(folder, "out.zip");
            expect((await run("export", out)).code).toBe(0);
            expect(new TextDecoder().decode(unzipSync(readFileSync(out))["posts/하나.md"])).toBe(
                readFileSync(path.join(folder, "in/a.md"), "utf8"),
            );
            const size = readFileSync(out).length;
            expect(await run("export", out)).toEqual({
                ...{ code: 1, text: `${out}: there already; wanted: another name, or --force to replace it\n` },
            });
            expect(await run("export", out, "--force")).toEqual({
                code: 0,
                text: `${out}: ${bytesOf(size)}, in place of the file that was there\n`,
            });
            const nowhere = await run("export", path.join(folder, "nowhere/out.zip"));
            expect(nowhere).toMatchObject({
                code: 1,
                text: expect.stringMatching(/no folder .*nowhere; wanted:/) as string,
            });
            writeFileSync(path.join(folder, "in/b.md"), "---\ntitle: b\n---\n");
            const failed = await run("import", path.join(folder, "in"));
            expect(failed.code).toBe(1);
            expect(failed.text).toMatch(/nothing was imported:\n.*b\.md:1: createdAt: missing; wanted:/);
            expect((await run("import")).code).toBe(2);
            expect((await run("export", "--wrong")).code).toBe(2);
            expect((await run("import", "--help")).text).toMatch(
                /usage: npm run import[^]*createdAt +date, created_at[^]*tags\n/,
            );
        } finally {
            rmSync(folder, { recursive: true });
        }
    });
});

const seedFolder = process.env.BLOG_SEED ?? path.resolve(root, "../../shared/seed");
const seed = existsSync(seedFolder) ? readdirSync(seedFolder).find((name) => name.endsWith(".txt")) : undefined;
test.skipIf(seed === undefined)(
    "the seed's post comes in and goes out byte for byte (skipped where it is absent)",
    async () => {
        const content = readFileSync(path.join(seedFolder, seed!));
        const result = await transfer.importFiles([{ name: seed!, content }]);
        expect(result.added).toHaveLength(1);
        expect(result.missingImages).toHaveLength(6);
        const [entry] = Object.values(unzipSync(await collect(transfer.exportZip())));
        expect(Buffer.from(entry!).equals(content)).toBe(true);
        expect(await transfer.importFiles([{ name: seed!, content }])).toMatchObject({ unchanged: result.added });
    },
);
