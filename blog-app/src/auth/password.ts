/** Native code, loaded when somebody signs in: a server that only readers come to has no need of it. */
const argon2 = () => import("@node-rs/argon2");

export const PASSWORD_MINIMUM = 10;
export const PASSWORD_MAXIMUM = 256;

/** OWASP's first choice for Argon2id: 19 MiB, two passes, one lane. */
const COST = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** The same password whatever the keyboard makes of it: Hangul may come composed or in parts. */
const normal = (password: string) => password.normalize("NFKC");

export async function hashPassword(password: string): Promise<string> {
    const { hash } = await argon2();
    return hash(normal(password), COST);
}

/** False also where the hash is not one of ours. */
export async function verifyPassword(hashed: string, password: string): Promise<boolean> {
    const { verify } = await argon2();
    try {
        return await verify(hashed, normal(password));
    } catch {
        return false;
    }
}

/** The length of a password in characters, as a person counts them: a syllable of Hangul is one however it is composed. */
export function passwordLength(password: string): number {
    return Array.from(new Intl.Segmenter().segment(password)).length;
}
