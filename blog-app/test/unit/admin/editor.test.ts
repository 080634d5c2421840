import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { DraftKeeper } from "../../../src/components/admin/editor/draft-keeper";
import { imagesOf, markdownImage } from "../../../src/components/admin/editor/images-of";
import { lineDiff } from "../../../src/components/admin/editor/line-diff";
import { localCopies } from "../../../src/components/admin/editor/local-copy";
import { submitLabel } from "../../../src/components/admin/editor/publish-dialog";
import { presetOf, presetWithout, withStatus } from "../../../src/components/admin/editor/publish-preset";
import { RequestError } from "../../../src/components/admin/request";
import { fromLocalInput, minuteOf, toLocalInput } from "../../../src/components/admin/time";
import { adminStrings } from "../../../src/i18n/admin";
import type { PostFields } from "../../../src/posts/fields";
import { uploadPlaceholder } from "../../../src/posts/upload-placeholders";
import type { EditorPost, EditorStamp } from "../../../src/posts/types";
import { fieldsOf } from "../../support/posts";

describe("lineDiff", () => {
    const shown = (before: string, after: string) =>
        lineDiff(before, after).map((line) =>
            line.kind === "same" ? `=${line.lines}` : `${line.kind === "added" ? "+" : "-"}${line.text}`,
        );

    it("keeps the longest common lines", () => {
        expect(shown("a\nb\nc\nd", "a\nx\nc\nd\ne")).toEqual(["=1", "-b", "+x", "=2", "+e"]);
        expect(shown("a", "a")).toEqual(["=1"]);
        expect(shown("", "a\nb")).toEqual(["-", "+a", "+b"]);
        expect(shown("a\nb", "b\na")).toEqual(["-a", "=1", "+a"]);
    });

    it("makes the one text of the other, whatever they are", () => {
        const random = (seed: number) => () => (seed = (seed * 48271) % 2147483647) / 2147483647;
        const next = random(7);
        const text = () =>
            Array.from({ length: Math.floor(next() * 12) + 1 }, () => "abc"[Math.floor(next() * 3)]).join("\n");
        for (let round = 0; round < 300; round += 1) {
            const [before, after] = [text(), text()];
            const lines = before.split("\n");
            const made: string[] = [];
            let at = 0;
            for (const line of lineDiff(before, after)) {
                if (line.kind === "same") {
                    made.push(...lines.slice(at, at + line.lines));
                    at += line.lines;
                } else if (line.kind === "added") made.push(line.text);
                else expect(lines[at++]).toBe(line.text);
            }
            expect(at).toBe(lines.length);
            expect(made.join("\n")).toBe(after);
        }
    });

    it("gives up on common lines of two texts that are too long, and is still right", () => {
        const before = Array.from({ length: 3000 }, (_, index) => `a${index}`).join("\n");
        const after = Array.from({ length: 3000 }, (_, index) => `b${index}`).join("\n");
        const diff = lineDiff(before, after);
        expect(diff).toHaveLength(6000);
        expect(diff.filter(({ kind }) => kind === "added")).toHaveLength(3000);
    });
});

it("finds the pictures of a text, each once", () => {
    const id = "3F2504E0-4F89-41D3-9A0C-0305E82C3301";
    expect(imagesOf(`![a](/images/${id}) <img src="/images/${id.toLowerCase()}?w=480"> /images/x`)).toEqual([
        id.toLowerCase(),
    ]);
});

it("names a picture after its file, unless a program did", () => {
    expect(markdownImage("우리 [집].jpg", "/images/1")).toBe("![우리  집 ](/images/1)");
    for (const name of ["image.png", "Screenshot 2026-03-01 10.00.png", "스크린샷 2026.png", "20260301.jpg"]) {
        expect(markdownImage(name, "/i")).toBe("![](/i)");
    }
});

describe.each(["UTC", "America/New_York", "Asia/Seoul"])("in a process of %s", (zone) => {
    beforeEach(() => {
        vi.stubEnv("TZ", zone);
    });
    afterEach(() => {
        vi.unstubAllEnvs();
    });

    it("times are shown to the minute in the time zone that is asked for, and an input's come back", () => {
        expect(new Date(0).getHours()).toBe({ UTC: 0, "America/New_York": 19, "Asia/Seoul": 9 }[zone]);
        expect(minuteOf("2026-03-01T15:05:59Z", "Asia/Seoul")).toBe("2026.03.02 00:05");
        expect(fromLocalInput("2026-03-02T00:05", "Asia/Seoul")).toBe("2026-03-01T15:05:00.000Z");
        expect(fromLocalInput("2026-03-02T00:05:30", "Asia/Seoul")).toBe("2026-03-01T15:05:30.000Z");
        expect(fromLocalInput("2026-01-15T12:00", "Europe/Berlin")).toBe("2026-01-15T11:00:00.000Z");
        expect(fromLocalInput("2026-07-15T12:00", "Europe/Berlin")).toBe("2026-07-15T10:00:00.000Z");
        expect([
            toLocalInput(null, "Asia/Seoul"),
            fromLocalInput("", "Asia/Seoul"),
            fromLocalInput("nonsense", "Asia/Seoul"),
        ]).toEqual(["", null, null]);
    });

    it("the clock that is put forward or back gives the time that is meant", () => {
        const berlin = (value: string) => fromLocalInput(value, "Europe/Berlin");
        // 2026-03-29 02:00 is 03:00.
        expect(berlin("2026-03-29T01:59")).toBe("2026-03-29T00:59:00.000Z");
        expect(berlin("2026-03-29T02:30")).toBe("2026-03-29T01:30:00.000Z");
        expect(berlin("2026-03-29T03:00")).toBe("2026-03-29T01:00:00.000Z");
        // 2026-10-25 03:00 is 02:00 once more.
        expect(berlin("2026-10-25T01:59")).toBe("2026-10-24T23:59:00.000Z");
        expect(berlin("2026-10-25T02:30")).toBe("2026-10-25T00:30:00.000Z");
        expect(berlin("2026-10-25T03:00")).toBe("2026-10-25T02:00:00.000Z");
    });

    it("every hour of a year comes back, but for the one that Berlin's clock shows twice", () => {
        for (const timeZone of ["Europe/Berlin", "Asia/Seoul"]) {
            const lost: string[] = [];
            for (let hour = 0; hour < 365 * 24; hour += 1) {
                const time = new Date(Date.UTC(2026, 0, 1, hour)).toISOString();
                if (fromLocalInput(toLocalInput(time, timeZone), timeZone) !== time) lost.push(time);
            }
            expect(lost).toEqual(timeZone === "Asia/Seoul" ? [] : ["2026-10-25T01:00:00.000Z"]);
        }
    });

    it("a year that is still being typed stays as it is", () => {
        for (const value of ["0002-01-01T09:00", "0020-01-01T09:00", "0202-01-01T09:00"]) {
            expect(toLocalInput(fromLocalInput(value, "Asia/Seoul"), "Asia/Seoul")).toBe(value);
        }
    });
});

it("gives a status a time that goes with it", () => {
    const now = Date.parse("2026-03-01T09:10:00Z");
    const past = "2026-01-01T00:00:00.000Z";
    const future = "2027-01-01T00:00:00.000Z";
    expect(withStatus({ publishedAt: null }, "scheduled", now)).toEqual({
        status: "scheduled",
        publishedAt: "2026-03-01T11:00:00.000Z",
    });
    expect(withStatus({ publishedAt: future }, "scheduled", now)).toEqual({ status: "scheduled" });
    expect(withStatus({ publishedAt: future }, "published", now)).toEqual({ status: "published", publishedAt: null });
    expect(withStatus({ publishedAt: past }, "published", now)).toEqual({ status: "published" });
    expect(withStatus({ publishedAt: future }, "draft", now)).toEqual({ status: "draft" });
});

it("presets what an author who publishes means, until the author chooses otherwise", () => {
    const now = Date.parse("2026-03-01T09:10:00Z");
    const [one, two] = ["3f2504e0-4f89-41d3-9a0c-0305e82c3301", "3f2504e0-4f89-41d3-9a0c-0305e82c3302"];
    const markdown = `![](/images/00000000-1111-0000-0000-000000000000) ![](/images/${one}) ![](/images/${two})`;
    const draft = fieldsOf({ markdown, status: "draft" });
    expect(presetOf(draft, draft, true, now)).toEqual({ status: "published", thumbnail: one });
    expect(presetOf(draft, draft, false, now)).toEqual({ thumbnail: one });
    expect(presetOf({ ...draft, thumbnail: two }, draft, false, now)).toEqual({});
    expect(presetOf({ ...draft, markdown: "no picture" }, draft, false, now)).toEqual({});
    // Published without one: that was the author's choice.
    const published = fieldsOf({ markdown, status: "published" });
    expect(presetOf(published, published, false, now)).toEqual({});
    const waiting = { ...draft, publishedAt: "2027-01-01T00:00:00.000Z" };
    const preset = presetOf(waiting, draft, true, now);
    expect(preset).toEqual({ status: "published", publishedAt: null, thumbnail: one });
    expect(presetWithout(preset, { status: "draft" })).toEqual({ thumbnail: one });
    expect(presetWithout(preset, { thumbnail: null })).toEqual({ status: "published", publishedAt: null });
});

it("says on the button what saving does", () => {
    const words = adminStrings("ko").editor.submit;
    expect(
        (
            [
                ["draft", "draft"],
                ["published", "draft"],
                ["published", "published"],
                ["scheduled", "draft"],
                ["scheduled", "scheduled"],
                ["published", "scheduled"],
                ["draft", "published"],
            ] as const
        ).map(([status, saved]) => submitLabel(words, status, saved)),
    ).toEqual(["초안 저장", "발행", "업데이트", "발행 예약", "예약 변경", "발행", "초안 저장"]);
});

describe("DraftKeeper", () => {
    const saved = fieldsOf({ title: "Title", markdown: "saved", status: "draft" });
    const post: EditorPost = {
        id: 7,
        fields: saved,
        revision: 3,
        createdAt: "2026-03-01T09:00:00.000Z",
        updatedAt: "2026-03-01T09:00:00.000Z",
        deletedAt: null,
        wasPublished: false,
        draft: null,
    };
    let items: Map<string, string>;
    let calls: { markdown: string; stamp: EditorStamp }[];
    let answers: (() => Promise<{ savedAt: string }>)[];
    let kept = 0;

    const storage = () => ({
        getItem: (key: string) => items.get(key) ?? null,
        setItem: (key: string, value: string) => void items.set(key, value),
        removeItem: (key: string) => void items.delete(key),
    });
    const keeperOf = (opened: EditorPost = post) =>
        new DraftKeeper(
            7,
            opened,
            {
                keep: (fields: PostFields, stamp: EditorStamp) => {
                    calls.push({ markdown: fields.markdown, stamp });
                    kept += 1;
                    const answer = answers.shift();
                    return answer === undefined ? Promise.resolve({ savedAt: `at ${kept}` }) : answer();
                },
                save: (fields) => Promise.resolve({ ...post, fields, revision: 4 }),
                load: () => Promise.resolve({ ...post, fields: { ...saved, markdown: "theirs" }, revision: 5 }),
                discard: () => Promise.resolve(post),
            },
            localCopies(storage()),
        );
    const fail =
        (status: number, more: Partial<RequestError> = {}) =>
        () =>
            Promise.reject(Object.assign(new RequestError(status, "refused"), more));

    beforeEach(() => {
        vi.useFakeTimers();
        items = new Map();
        calls = [];
        answers = [];
        kept = 0;
    });
    afterEach(() => {
        vi.useRealTimers();
    });

    it("keeps two seconds after the last key, once, with what it knows of the post", async () => {
        const keeper = keeperOf();
        keeper.change({ markdown: "a" });
        await vi.advanceTimersByTimeAsync(1_500);
        keeper.change({ markdown: "ab" });
        await vi.advanceTimersByTimeAsync(1_900);
        expect(calls).toEqual([]);
        expect(keeper.safe).toBe(false);
        await vi.advanceTimersByTimeAsync(100);
        expect(calls).toEqual([{ markdown: "ab", stamp: { revision: 3, draftSavedAt: null } }]);
        expect(keeper.snapshot().state).toBe("kept");
        keeper.change({ markdown: "abc" });
        await vi.advanceTimersByTimeAsync(2_000);
        expect(calls[1]?.stamp.draftSavedAt).toBe("at 1");
    });

    it("keeps after ten seconds at the latest while somebody types on", async () => {
        const keeper = keeperOf();
        for (let second = 0; second < 11; second += 1) {
            keeper.change({ markdown: "x".repeat(second + 1) });
            await vi.advanceTimersByTimeAsync(1_000);
        }
        expect(calls.length).toBeGreaterThan(0);
    });

    it("has a copy in the browser until the server has it, and tries again", async () => {
        const keeper = keeperOf();
        answers = [fail(0), fail(503)];
        keeper.change({ markdown: "a" });
        await vi.advanceTimersByTimeAsync(250);
        expect(items.get("blog.draft.7")).toContain('"markdown":"a"');
        await vi.advanceTimersByTimeAsync(1_750);
        expect(keeper.snapshot().state).toBe("offline");
        keeper.change({ markdown: "ab" });
        await vi.advanceTimersByTimeAsync(2_000);
        expect(keeper.snapshot().state).toBe("offline");
        await vi.advanceTimersByTimeAsync(4_000);
        expect(keeper.snapshot().state).toBe("kept");
        expect(calls.map(({ markdown }) => markdown)).toEqual(["a", "ab", "ab"]);
        expect(items.size).toBe(0);
    });

    it("begins with the browser's copy where the server knows no more than it did", () => {
        const copy = { fields: { ...saved, markdown: "mine" }, stamp: { revision: 3, draftSavedAt: null } };
        items.set("blog.draft.7", JSON.stringify(copy));
        expect(keeperOf().snapshot()).toMatchObject({ origin: "local", fields: { markdown: "mine" } });
        // The post has changed since: neither goes over the other.
        const aside = keeperOf({ ...post, revision: 4 });
        expect(aside.snapshot()).toMatchObject({ origin: "saved", fields: { markdown: "saved" } });
        aside.useAside(true);
        expect(aside.snapshot().fields.markdown).toBe("mine");
        items.set("blog.draft.7", "{nonsense");
        expect(keeperOf().snapshot().fields.markdown).toBe("saved");
    });

    it("takes the places of uploads that nobody goes on with out of a text that is opened, and says which", async () => {
        const text = "a\n\n![올리는 중: x.svg](#upload-2)\n\n![b](/images/1) [link](#upload-2)";
        const keeper = keeperOf({ ...post, draft: { fields: { ...saved, markdown: text }, savedAt: "at 0" } });
        expect(keeper.snapshot()).toMatchObject({ state: "dirty", lostUploads: ["올리는 중: x.svg"] });
        await vi.advanceTimersByTimeAsync(2_000);
        expect(calls.map(({ markdown }) => markdown)).toEqual(["a\n\n\n\n![b](/images/1) [link](#upload-2)"]);
        keeper.replace({ markdown: uploadPlaceholder("uploading a [1].png", 1) });
        expect(keeper.snapshot()).toMatchObject({
            fields: { markdown: "" },
            lostUploads: ["uploading a  1 .png"],
            replaced: 1,
        });
    });

    it("stops at another editor's change until the author has chosen", async () => {
        const stamp = { revision: 9, draftSavedAt: "theirs" };
        const conflict = { kind: "saved" as const, title: "T", at: "2026-03-01T09:00:00.000Z", stamp };
        const keeper = keeperOf();
        answers = [fail(409, { conflict })];
        keeper.change({ markdown: "mine" });
        await vi.advanceTimersByTimeAsync(2_000);
        expect(keeper.snapshot().state).toBe("conflict");
        keeper.change({ markdown: "mine, more" });
        await vi.advanceTimersByTimeAsync(60_000);
        expect(calls).toHaveLength(1);
        await keeper.resolve("mine");
        expect(calls[1]).toEqual({ markdown: "mine, more", stamp });
        answers = [fail(409, { conflict })];
        keeper.change({ markdown: "again" });
        await vi.advanceTimersByTimeAsync(2_000);
        await keeper.resolve("theirs");
        expect(keeper.snapshot()).toMatchObject({ state: "clean", fields: { markdown: "theirs" }, replaced: 1 });
    });

    it("leaves what was typed during a save unsaved, and keeps it", async () => {
        const keeper = keeperOf();
        keeper.change({ markdown: "a" });
        const saving = keeper.save();
        keeper.change({ markdown: "ab" });
        await saving;
        expect(keeper.snapshot()).toMatchObject({
            state: "dirty",
            fields: { markdown: "ab" },
            saved: { markdown: "a" },
        });
        await vi.advanceTimersByTimeAsync(2_000);
        expect(calls).toEqual([{ markdown: "ab", stamp: { revision: 4, draftSavedAt: null } }]);
    });

    it("says which fields were refused, and doesn't send the same again", async () => {
        const keeper = keeperOf();
        answers = [fail(422, { fields: { title: "too long" } })];
        keeper.change({ title: "x" });
        await vi.advanceTimersByTimeAsync(60_000);
        expect(calls).toHaveLength(1);
        expect(keeper.snapshot()).toMatchObject({ state: "invalid", errors: { title: "too long" } });
        keeper.change({ title: "y" });
        expect(keeper.snapshot().errors).toEqual({});
        await vi.advanceTimersByTimeAsync(2_000);
        expect(keeper.snapshot().state).toBe("kept");
    });
});
