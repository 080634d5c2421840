import type { PostFields } from "../src/posts/fields";

/*
 * Posts of no meaning, made of real words: Korean and English, code, lists and tables, about 8 KB each. The same at each
 * call, so that one bench can be held against another.
 */

const NOUNS =
    "캐시 서버 쿠버네티스 클러스터 데이터베이스 이미지 배포 설정 네트워크 컨테이너 블로그 글쓰기 여행 사진 커피 아침 저녁 바다 산책 독서 기록 시간 사람 생각 이야기 문제 방법 도구 코드 함수 변수 타입 테스트 로그 지표 그래프 장애 복구 백업 저장소 브라우저 화면 글꼴 색상 검색 색인 형태소 음절 한국어 영어 문장 문단 제목 목차 링크 주석 수식 그림 표 목록 인용 초안 발행 예약 휴지통 작성자 독자 댓글 분류 태그".split(
        " ",
    );
const PARTICLES = "은 는 이 가 을 를 에 에서 으로 와 과 도 만 까지 부터 의".split(" ");
const VERBS =
    "합니다 됩니다 있습니다 없습니다 만들었습니다 고쳤습니다 바꾸었습니다 확인했습니다 생각합니다 시작합니다 끝났습니다 느려졌습니다 빨라졌습니다 걸었습니다 읽었습니다 적어 둡니다".split(
        " ",
    );
const WORDS =
    "cache server cluster container deploy rollout index query latency throughput replica storage bucket image layer network policy ingress journal coffee morning writing reader author revision draft schedule garden window river notebook TypeScript JavaScript MariaDB Redis Kubernetes Next.js React Node".split(
        " ",
    );
const CODE = [
    "```ts\nexport async function load(id: number): Promise<Post> {\n    const row = await query(`SELECT * FROM post WHERE id = ?`, [id]);\n    if (row === undefined) throw new Error(`no post ${id}`);\n    return row;\n}\n```",
    "```yaml\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: blog # the name\nspec:\n  replicas: 2\n```",
    "```bash\nkubectl rollout status deployment/blog --timeout=60s\ncurl -fsS http://localhost:3000/readyz | jq .\n```",
    '```python\ndef grams(text: str) -> list[str]:\n    """Pairs of neighbours."""\n    return [text[i : i + 2] for i in range(len(text) - 1)]\n```',
];
const MARKDOWN_LENGTH = 4_000;

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
export function random(seed: number): () => number {
    let state = seed >>> 0;
    return () => {
        state = (state + 0x6d2b79f5) >>> 0;
        let mixed = Math.imul(state ^ (state >>> 15), state | 1);
        mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
        return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    };
}

/** Posts: about two thirds are Korean. */
export function* corpus(count: number): Generator<Partial<PostFields>> {
    for (let index = 0; index < count; index++) {
        const next = random(index + 1);
        const korean = next() < 2 / 3;
        // A post has words of its own: most words stand in a few hundred posts, and none in all.
        const words = vocabulary(next);
        yield {
            title: `${korean ? `${pick(words.nouns, next)} ${pick(words.nouns, next)} 이야기` : `The ${pick(words.words, next)} and the ${pick(words.words, next)}`} ${String(index + 1)}`,
            markdown: body(korean, words, next),
            category: pick(["개발", "일상", "운영", "Notes"], next),
            tags: [pick(NOUNS, next), pick(WORDS, next)],
            publishedAt: new Date(Date.UTC(2020, 0, 1) + index * 86_400_000).toISOString(),
        };
    }
}

/** One long post that uses what posts use: headings, code, tables, lists, quotations. */
export function article(): string {
    const next = random(0);
    return Array.from({ length: 2 }, () => body(true, vocabulary(next), next)).join("\n\n");
}

interface Vocabulary {
    readonly nouns: readonly string[];
    readonly words: readonly string[];
}

const vocabulary = (next: () => number): Vocabulary => ({
    nouns: Array.from({ length: 14 }, () => pick(NOUNS, next)),
    words: Array.from({ length: 9 }, () => pick(WORDS, next)),
});

function body(korean: boolean, words: Vocabulary, next: () => number): string {
    const parts: string[] = [];
    let length = 0;
    for (let section = 1; length < MARKDOWN_LENGTH; section++) {
        const heading = `## ${korean ? `${pick(words.nouns, next)} ${pick(words.nouns, next)}` : pick(words.words, next)}`;
        const block = next();
        const more =
            block < 0.25
                ? pick(CODE, next)
                : block < 0.4
                  ? Array.from({ length: 4 }, () => `- ${sentence(korean, words, next)}`).join("\n")
                  : block < 0.5
                    ? `| ${pick(words.nouns, next)} | ${pick(words.words, next)} |\n|---|--:|\n${Array.from({ length: 4 }, () => `| ${pick(words.nouns, next)} | ${String(Math.floor(next() * 1000))} |`).join("\n")}`
                    : block < 0.6
                      ? `> ${sentence(korean, words, next)}`
                      : paragraph(korean, words, next);
        for (const part of [...(section % 2 === 1 ? [heading] : []), paragraph(korean, words, next), more]) {
            parts.push(part);
            length += part.length;
        }
    }
    return parts.join("\n\n");
}

const paragraph = (korean: boolean, words: Vocabulary, next: () => number) =>
    Array.from({ length: 3 + Math.floor(next() * 3) }, () => sentence(korean, words, next)).join(" ");

function sentence(korean: boolean, { nouns, words }: Vocabulary, next: () => number): string {
    const said = Array.from({ length: 5 + Math.floor(next() * 5) }, () =>
        korean && next() < 0.85 ? `${pick(nouns, next)}${pick(PARTICLES, next)}` : pick(words, next),
    );
    const end = korean ? pick(VERBS, next) : pick(words, next);
    const text = `${said.join(" ")} ${end}.`;
    return next() < 0.1 ? text.replace(said[1] ?? "", (word) => `**${word}**`) : text;
}

function pick<T>(from: readonly T[], next: () => number): T {
    const one = from[Math.floor(next() * from.length)];
    if (one === undefined) throw new Error("nothing to pick from");
    return one;
}
