/** Random values: made once, kept in the journal as long as the inputs that shape them stay the same. */
import { hash as bcrypt } from "bcryptjs";
import { randomBytes, randomInt, randomUUID } from "node:crypto";
import { changedInputs } from "../inputs";
import type { Applied, Executor, Job } from "../types";
import { type Wire, type WireObject, secret } from "../wire";

const LOWER = "abcdefghijklmnopqrstuvwxyz";
const UPPER = LOWER.toUpperCase();
const DIGITS = "0123456789";
/** The provider's own default (terraform-provider-random). */
const SPECIAL = "!@#$%&*()-_=+[]{}<>:?";

interface Made {
    readonly id: string;
    readonly outputs: WireObject;
}

function number(value: Wire | undefined, fallback: number): number {
    return value === undefined || value === null ? fallback : Number(value);
}

/** Booleans of defaults may arrive as JSON text. */
function flag(value: Wire | undefined, fallback: boolean): boolean {
    return value === undefined || value === null ? fallback : value === true || value === "true";
}

function pick(alphabet: string): string {
    return alphabet.charAt(randomInt(alphabet.length));
}

function shuffle<T>(items: readonly T[]): T[] {
    const result = [...items];
    for (let last = result.length - 1; last > 0; last--) {
        const other = randomInt(last + 1);
        const held = result[last] as T;
        result[last] = result[other] as T;
        result[other] = held;
    }
    return result;
}

/** A text of the wanted length with at least the wanted number of each kind of character. */
export function randomText(inputs: WireObject): string {
    const override = inputs.overrideSpecial;
    const special = typeof override === "string" && override !== "" ? override : SPECIAL;
    const kinds = [
        { alphabet: LOWER, used: flag(inputs.lower, true), least: number(inputs.minLower, 0) },
        { alphabet: UPPER, used: flag(inputs.upper, true), least: number(inputs.minUpper, 0) },
        {
            alphabet: DIGITS,
            used: flag(inputs.numeric ?? inputs.number, true),
            least: number(inputs.minNumeric, 0),
        },
        { alphabet: special, used: flag(inputs.special, true), least: number(inputs.minSpecial, 0) },
    ];
    const length = number(inputs.length, 0);
    const least = kinds.reduce((sum, kind) => sum + kind.least, 0);
    const all = kinds
        .filter((kind) => kind.used)
        .map((kind) => kind.alphabet)
        .join("");
    if (length < 1 || length < least) {
        throw new Error(`length is ${length}, which is less than ${Math.max(1, least)}, the least it must hold`);
    }
    if (all === "") {
        throw new Error("lower, upper, numeric and special are all false: no character is left");
    }
    const chosen = kinds.flatMap((kind) => Array.from({ length: kind.least }, () => pick(kind.alphabet)));
    while (chosen.length < length) {
        chosen.push(pick(all));
    }
    return shuffle(chosen).join("");
}

/** What the provider fills in when the program leaves it out. */
function textDefaults(inputs: WireObject): WireObject {
    return {
        lower: true,
        upper: true,
        numeric: true,
        number: true,
        special: true,
        minLower: 0,
        minUpper: 0,
        minNumeric: 0,
        minSpecial: 0,
        ...inputs,
    };
}

async function password(inputs: WireObject): Promise<Made> {
    const result = randomText(inputs);
    // bcrypt reads 72 bytes at most; the provider cuts the same way.
    const bcryptHash = await bcrypt(Buffer.from(result).subarray(0, 72).toString(), 10);
    return { id: "none", outputs: { ...textDefaults(inputs), result: secret(result), bcryptHash: secret(bcryptHash) } };
}

function text(inputs: WireObject): Made {
    const result = randomText(inputs);
    return { id: result, outputs: { ...textDefaults(inputs), result } };
}

function id(inputs: WireObject): Made {
    const bytes = randomBytes(number(inputs.byteLength, 0));
    const prefix = typeof inputs.prefix === "string" ? inputs.prefix : "";
    const b64Url = bytes.toString("base64url");
    return {
        id: b64Url,
        outputs: {
            ...inputs,
            b64Std: prefix + bytes.toString("base64"),
            b64Url: prefix + b64Url,
            hex: prefix + bytes.toString("hex"),
            dec: prefix + BigInt(`0x0${bytes.toString("hex")}`).toString(),
        },
    };
}

function bytes(inputs: WireObject): Made {
    const made = randomBytes(number(inputs.length, 0));
    const outputs = { ...inputs, base64: secret(made.toString("base64")), hex: secret(made.toString("hex")) };
    return { id: "none", outputs };
}

function uuid(inputs: WireObject): Made {
    const result = randomUUID();
    return { id: result, outputs: { ...inputs, result } };
}

function integer(inputs: WireObject): Made {
    const min = number(inputs.min, 0);
    const result = randomInt(min, number(inputs.max, min) + 1);
    return { id: String(result), outputs: { ...inputs, result } };
}

function shuffled(inputs: WireObject): Made {
    const given = Array.isArray(inputs.inputs) ? inputs.inputs : [];
    const count = number(inputs.resultCount, given.length);
    const results: Wire[] = [];
    while (results.length < count && given.length > 0) {
        results.push(...shuffle(given).slice(0, count - results.length));
    }
    return { id: "-", outputs: { ...inputs, results } };
}

const MAKERS: Record<string, (inputs: WireObject) => Made | Promise<Made>> = {
    "random:index/randomPassword:RandomPassword": password,
    "random:index/randomString:RandomString": text,
    "random:index/randomId:RandomId": id,
    "random:index/randomBytes:RandomBytes": bytes,
    "random:index/randomUuid:RandomUuid": uuid,
    "random:index/randomUuid4:RandomUuid4": uuid,
    "random:index/randomInteger:RandomInteger": integer,
    "random:index/randomShuffle:RandomShuffle": shuffled,
};

function isKept(job: Job): job is Job & { old: NonNullable<Job["old"]> } {
    return job.old !== undefined && changedInputs(job.old.inputs, job.inputs).length === 0;
}

export const random: Executor = {
    handles: (type) => type in MAKERS,
    plan: (job) => {
        if (isKept(job)) {
            return { status: "unchanged", outputs: job.old.wireOutputs };
        }
        return job.old
            ? { status: "planned-change", outputs: job.wireInputs, detail: "a new value is made" }
            : { status: "planned-create", outputs: job.wireInputs };
    },
    apply: async (job): Promise<Applied> => {
        if (isKept(job)) {
            return { id: job.old.id, outputs: job.old.wireOutputs, status: "unchanged" };
        }
        if (job.old && job.protect) {
            throw new Error(
                "a new value would replace a protected one; take the change back, or unprotect the resource first",
            );
        }
        const make = MAKERS[job.type];
        if (!make) {
            throw new Error(`no way to make a ${job.type}`);
        }
        return { ...(await make(job.inputs)), status: job.old ? "changed" : "created" };
    },
};
