import sharp from "sharp";
import { eq } from "drizzle-orm";

import { author, post } from "../../src/data/schema";
import type { PostFields } from "../../src/posts/fields";
import { preparePost, writePost } from "../../src/posts/store";
import { createServices } from "../../src/server/create-services";
import type { Env } from "../../src/server/env";
import { createLog } from "../../src/server/log";
import type { Services } from "../../src/server/services";

/** Pictures that are there. */
export const LANDSCAPE = "0f1c7a52-3d0e-4c86-9c53-6d3ad2b1a001";
const PORTRAIT = "0f1c7a52-3d0e-4c86-9c53-6d3ad2b1a002";
/** One that no one uploaded. */
const MISSING = "0f1c7a52-3d0e-4c86-9c53-6d3ad2b1a0ff";

const SIZES: Readonly<Record<string, readonly [number, number]>> = {
    [LANDSCAPE]: [1600, 1000],
    [PORTRAIT]: [900, 1200],
};

export const RICH_SLUG = "작은-서버를-오래-쓰는-법";
export const ENGLISH_SLUG = "a-shelf-for-small-machines";
export const MOVED_FROM = "작은-서버-이야기";
/** A word that only posts have which no reader may see. */
export const SECRET = "비밀낱말";

const RICH = `책상 아래에서 조용히 도는 작은 서버는 생각보다 오래 버팁니다. 이 글에서는 **열과 먼지**, *전원*, 그리고 [백업](https://example.org/backup)을 다루는 습관을 차례로 이야기합니다. Latin words such as \`systemd\` and numbers like 1,024 sit inside Korean text without trouble.

## 왜 작은 서버인가

전기 요금과 소음, 그리고 마음의 여유 때문입니다. 오래된 노트북 두 대면 블로그 하나를 운영하기에 충분합니다[^power]. 처음에는 한 대로 시작했고, 디스크가 한 번 고장 난 뒤에 두 대가 되었습니다.

> 고장은 막을 수 없지만, 고장 난 다음 날을 준비할 수는 있다.
>
> — 창고에서 찾은 쪽지

### 준비물

1. 노트북 두 대와 공유기 한 대
2. 외장 디스크
   - 하나는 책상 위에
   - 하나는 서랍 안에
3. 인내심

- [x] 운영체제 설치
- [x] 고정 주소 설정
- [ ] 먼지 청소 날짜 정하기

## 온도 재기

아래 스크립트는 1분마다 온도를 적습니다. <kbd>Ctrl</kbd> + <kbd>C</kbd>로 멈춥니다.

\`\`\`bash title="measure.sh"
#!/usr/bin/env bash
set -euo pipefail

# 센서가 없으면 바로 멈춘다
for zone in /sys/class/thermal/thermal_zone*; do
    printf '%s %s\\n' "$(cat "$zone/type")" "$(($(cat "$zone/temp") / 1000))"
done >> "$HOME/temperature-$(date +%F).log"
\`\`\`

읽어 들이는 쪽은 이렇습니다. 한 줄이 꽤 길어서 좁은 화면에서는 옆으로 밀어 볼 수 있습니다.

\`\`\`typescript
interface Reading { readonly zone: string; readonly celsius: number }

export function hottest(readings: readonly Reading[]): Reading | undefined {
    return readings.reduce<Reading | undefined>((best, one) => (best === undefined || one.celsius > best.celsius ? one : best), undefined);
}
\`\`\`

\`\`\`diff
- governor = "performance"
+ governor = "powersave"
\`\`\`

![책상 아래의 선반](/images/${LANDSCAPE} "선반은 벽에서 한 뼘 떨어뜨렸습니다")

### 달마다 달라지는 값

| 달 | 평균 온도 | 최고 온도 | 전력 (kWh) | 비고 |
| --- | ---: | ---: | ---: | --- |
| 1월 | 31.5 ℃ | 48.0 ℃ | 11.20 | 창문을 조금 열어 둔 달이라 가장 시원했습니다 |
| 4월 | 36.2 ℃ | 55.5 ℃ | 11.85 | |
| 7월 | 44.8 ℃ | 71.0 ℃ | 13.02 | 선풍기를 붙였습니다 |
| 10월 | 37.1 ℃ | 56.0 ℃ | 11.74 | |

## 얼마나 오래 쓸까

부품 하나가 하루 동안 고장 나지 않을 확률이 $p$라면, $n$일 동안 버틸 확률은 $p^n$입니다. 기대 수명은 다음과 같습니다.

$$
\\mathbb{E}[T] = \\sum_{n=1}^{\\infty} p^n = \\frac{p}{1 - p}
$$

![세로로 찍은 케이블](/images/${PORTRAIT})

![지워진 그림](/images/${MISSING})

<details>
<summary>자주 묻는 것</summary>

배터리는 빼 두는 편이 안전합니다. 대신 작은 무정전 전원 장치를 둡니다.

</details>

---

## 마치며

~~완벽한 서버~~ 오래가는 서버는 자주 들여다보는 서버입니다. 다음 글에서는 백업을 자동으로 시험하는 방법을 다룹니다. 아주긴주소도줄을넘기지않습니다: https://example.org/a/very/long/address/that-does-not-end/for-a-long-while/and-then-some-more/index.html

[^power]: 두 대를 합쳐 평균 16와트입니다.
`;

const ENGLISH = `An old laptop is a quiet server with a battery built in. This note is about the shelf it stands on.

## Wood, not metal

Wood takes the rattle out of a spinning disk. Leave **a hand's width** to the wall.

## Measure first

Write the temperature down for a week before you move anything.
`;

const SHORT = [
    [
        "먼지를 터는 날",
        "먼지는 조금씩 쌓이고 온도는 조금씩 오릅니다. 두 달에 한 번, 토요일 아침에 턴다는 규칙 하나면 충분합니다.",
        "생활",
        ["청소", "습관"],
    ],
    [
        "백업은 되돌려 봐야 백업이다",
        "저장만 해 둔 파일은 희망일 뿐입니다. 한 달에 한 번 빈 디스크에 되돌려 보고 걸린 시간을 적습니다.",
        "서버",
        ["백업", "습관"],
    ],
    [
        "이름 짓기의 어려움",
        "호스트 이름을 행성에서 따 왔더니 명왕성에서 문제가 생겼습니다. 이름은 하는 일을 따르는 것이 낫습니다.",
        "생각",
        ["이름"],
    ],
    [
        "공유기 로그 읽기",
        "모르는 기기가 보이면 먼저 냉장고를 의심합니다. 대부분은 정말 냉장고였습니다.",
        "서버",
        ["네트워크"],
    ],
    [
        "작은 화면을 위한 글쓰기",
        "한 문단에 한 생각. 좁은 화면에서 읽어 보고 나서야 문장이 길다는 것을 압니다.",
        "생각",
        ["글쓰기", "습관"],
    ],
] as const;

export interface World {
    /** Newest first: slugs of what readers see. */
    readonly visible: readonly string[];
    /** What they don't: by why. */
    readonly hidden: Readonly<Record<"draft" | "private" | "scheduled" | "future" | "deleted", string>>;
}

const DAY = 86_400_000;

/**
 * A blog of 24 posts that readers see, and one of each kind that they don't, through the author's own way of writing;
 * its pictures are in the store.
 */
export async function makeWorld(env: Env, now = new Date()): Promise<World> {
    const services = createServices(env, createLog("error"));
    try {
        return await fill(services, now);
    } finally {
        await services.close();
    }
}

async function fill({ database, images }: Services, now: Date): Promise<World> {
    for (const [id, size] of Object.entries(SIZES)) {
        await images.add(await pictureOf(...size), { id, name: "hills.png" });
    }
    await database.query.insert(author).values({
        ...{ email: "author@example.org", name: "한결", passwordHash: "none", createdAt: now, updatedAt: now },
    });
    const add = async (fields: Partial<PostFields>, daysAgo: number, id?: number) => {
        const at = new Date(now.getTime() - daysAgo * DAY);
        const prepared = await preparePost(
            {
                ...{ title: "글", slug: "", markdown: "본문", status: "published", category: "", tags: [] },
                ...{ thumbnail: null, description: "", publishedAt: at.toISOString(), ...fields },
            },
            images,
        );
        return database.change((transaction) =>
            writePost(transaction, prepared, {
                now,
                createdAt: at,
                updatedAt: at,
                publishedAt: at,
                ...(id === undefined ? {} : { id }),
            }),
        );
    };
    const visible: string[] = [];
    for (let index = 21; index >= 0; index--) {
        const [title, text, category, tags] = SHORT[index % SHORT.length]!;
        const round = Math.floor(index / SHORT.length);
        const made = await add(
            {
                title: round === 0 ? title : `${title} (${String(round + 1)})`,
                markdown: `${text}\n\n## 덧붙임\n\n${text}\n`,
                category,
                tags: [...tags],
                thumbnail: index % 3 === 0 ? (index % 2 === 0 ? LANDSCAPE : PORTRAIT) : null,
            },
            10 + index * 29,
        );
        visible.unshift(made.slug);
    }
    const english = await add(
        {
            title: "A shelf for small machines",
            slug: ENGLISH_SLUG,
            markdown: ENGLISH,
            category: "서버",
            tags: ["hardware"],
            thumbnail: PORTRAIT,
        },
        6,
    );
    visible.unshift(english.slug);
    const rich = {
        title: "작은 서버를 오래 쓰는 법: 열과 먼지, 전원과 백업에 관하여",
        markdown: RICH,
        category: "서버",
        tags: ["백업", "hardware", "습관"],
        thumbnail: LANDSCAPE,
    };
    const before = await add({ ...rich, slug: MOVED_FROM }, 3);
    visible.unshift((await add({ ...rich, slug: RICH_SLUG }, 3, before.id)).slug);

    const secret = (title: string) => ({
        title: `${title} ${SECRET}`,
        markdown: `${SECRET} 본문`,
        category: SECRET,
        tags: [SECRET, "습관", "백업"],
    });
    const draft = await add({ ...secret("초안"), slug: "hidden-draft", status: "draft" }, 2);
    const hidden = await add({ ...secret("비공개"), slug: "hidden-private", status: "private" }, 4);
    const scheduled = await add({ ...secret("예약"), slug: "hidden-scheduled", status: "scheduled" }, -2);
    const future = await add({ ...secret("미래"), slug: "hidden-future" }, -3);
    const deleted = await add({ ...secret("휴지통"), slug: "hidden-deleted" }, 5);
    await database.change((transaction) =>
        transaction.update(post).set({ deletedAt: now }).where(eq(post.id, deleted.id)),
    );
    return {
        visible,
        hidden: {
            draft: draft.slug,
            private: hidden.slug,
            scheduled: scheduled.slug,
            future: future.slug,
            deleted: deleted.slug,
        },
    };
}

/** Hills at dusk. */
function pictureOf(width: number, height: number): Promise<Buffer> {
    const at = (x: number, y: number) => `${String(Math.round(x * width))} ${String(Math.round(y * height))}`;
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${String(width)}" height="${String(height)}">
        <defs><linearGradient id="g" x2="0" y2="1"><stop stop-color="#29465b"/><stop offset=".6" stop-color="#d98c5f"/></linearGradient></defs>
        <rect width="100%" height="100%" fill="url(#g)"/><circle cx="${String(width * 0.68)}" cy="${String(height * 0.42)}" r="${String(width * 0.06)}" fill="#f6d9a8"/>
        <path fill="#274a45" d="M${at(0, 0.62)} Q${at(0.25, 0.42)} ${at(0.5, 0.64)} T${at(1, 0.55)} V${String(height)} H0z"/>
        <path fill="#16302d" d="M${at(0, 0.8)} Q${at(0.3, 0.62)} ${at(0.6, 0.8)} T${at(1, 0.74)} V${String(height)} H0z"/></svg>`;
    return sharp(Buffer.from(svg)).png().toBuffer();
}
