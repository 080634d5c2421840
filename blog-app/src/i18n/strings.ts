/** Everything readers read that no author wrote, in one table per language. */
export type Language = "ko" | "en";

export interface Strings {
    readonly language: Language;
    /** As Open Graph names the language. */
    readonly locale: string;
    /** For search engines, where the site has no description of its own. */
    readonly aboutSite: (name: string) => string;
    readonly skipToContent: string;
    readonly siteNavigation: string;
    readonly posts: string;
    readonly categories: string;
    readonly category: string;
    readonly tags: string;
    readonly tag: string;
    readonly archive: string;
    readonly search: string;
    readonly searchPlaceholder: string;
    readonly searchHint: string;
    readonly searchNothing: string;
    readonly searchTips: string;
    readonly searchTooLong: (limit: number) => string;
    readonly subscribe: string;
    readonly theme: { readonly switch: string; readonly auto: string; readonly light: string; readonly dark: string };
    readonly contents: string;
    readonly updated: (date: string) => string;
    readonly readingTime: (minutes: number) => string;
    readonly views: (count: number) => string;
    readonly postCount: (count: number) => string;
    readonly resultCount: (count: number) => string;
    readonly noPosts: string;
    readonly noPostsHere: string;
    readonly previousPost: string;
    readonly nextPost: string;
    readonly adjacentPosts: string;
    readonly relatedPosts: string;
    readonly newestPosts: string;
    readonly pagination: string;
    readonly previousPage: string;
    readonly nextPage: string;
    readonly pageOf: (page: number, pages: number) => string;
    readonly pageNumber: (page: number) => string;
    readonly home: string;
    readonly notFound: string;
    readonly notFoundText: string;
    readonly failure: string;
    readonly failureText: string;
    readonly toHome: string;
    readonly preview: string;
    readonly previewText: {
        /** Of a post that readers don't see. */
        readonly hidden: string;
        /** Of a published post with changes that readers don't see. */
        readonly changed: string;
        /** Of a published post as readers see it. */
        readonly published: string;
    };
    readonly copy: string;
    readonly copied: string;
    readonly copyFailed: string;
    readonly enlarge: string;
    readonly close: string;
    readonly tagDescription: (tag: string, site: string) => string;
    readonly categoryDescription: (category: string, site: string) => string;
    readonly archiveDescription: (site: string) => string;
    readonly tagsDescription: (site: string) => string;
}

const number = (language: Language) => {
    const format = new Intl.NumberFormat(language === "ko" ? "ko-KR" : "en-US");
    return (value: number) => format.format(value);
};

const koNumber = number("ko");
const ko: Strings = {
    language: "ko",
    locale: "ko_KR",
    aboutSite: (name) => `${name}에 쓰는 글과 기록입니다.`,
    skipToContent: "본문으로 건너뛰기",
    siteNavigation: "사이트 메뉴",
    posts: "글",
    categories: "카테고리",
    category: "카테고리",
    tags: "태그",
    tag: "태그",
    archive: "글 목록",
    search: "검색",
    searchPlaceholder: "제목과 본문에서 찾기",
    searchHint: "찾을 낱말을 입력하세요. 두 글자만으로도, 낱말의 중간으로도 찾을 수 있습니다.",
    searchNothing: "찾는 글이 없습니다.",
    searchTips: "더 짧은 낱말이나 다른 표현으로 다시 찾아보세요.",
    searchTooLong: (limit) => `검색어는 ${koNumber(limit)}자까지 쓸 수 있어 앞부분만으로 찾았습니다.`,
    subscribe: "구독",
    theme: { switch: "화면 테마", auto: "시스템 설정", light: "밝게", dark: "어둡게" },
    contents: "목차",
    updated: (date) => `${date} 수정`,
    readingTime: (minutes) => `${koNumber(minutes)}분 분량`,
    views: (count) => `조회 ${koNumber(count)}회`,
    postCount: (count) => `글 ${koNumber(count)}편`,
    resultCount: (count) => `검색 결과 ${koNumber(count)}건`,
    noPosts: "아직 발행한 글이 없습니다.",
    noPostsHere: "여기에는 아직 글이 없습니다.",
    previousPost: "이전 글",
    nextPost: "다음 글",
    adjacentPosts: "이전 글과 다음 글",
    relatedPosts: "함께 읽을 글",
    newestPosts: "최근 글",
    pagination: "쪽 이동",
    previousPage: "이전 쪽",
    nextPage: "다음 쪽",
    pageOf: (page, pages) => `${koNumber(pages)}쪽 중 ${koNumber(page)}쪽`,
    pageNumber: (page) => `${koNumber(page)}쪽`,
    home: "홈",
    notFound: "페이지를 찾을 수 없습니다",
    notFoundText: "주소가 바뀌었거나 지워진 글일 수 있습니다. 찾으시던 글을 검색해 보세요.",
    failure: "지금은 페이지를 보여 드릴 수 없습니다",
    failureText: "잠시 후 다시 시도해 주세요. 문제가 이어지면 곧 고치겠습니다.",
    toHome: "홈으로 가기",
    preview: "미리보기",
    previewText: {
        hidden: "아직 공개하지 않은 글입니다. 이 주소를 아는 사람만 볼 수 있습니다.",
        changed: "발행한 글을 고치는 중이며, 아직 반영하지 않은 내용입니다. 이 주소를 아는 사람만 볼 수 있습니다.",
        published: "이미 발행한 글입니다. 독자에게도 이 내용으로 보입니다.",
    },
    copy: "복사",
    copied: "복사했습니다",
    copyFailed: "복사하지 못했습니다",
    enlarge: "크게 보기",
    close: "닫기",
    tagDescription: (tag, site) => `${site}에서 ‘${tag}’ 태그를 단 글을 모았습니다.`,
    categoryDescription: (category, site) => `${site}의 ‘${category}’ 카테고리 글을 모았습니다.`,
    archiveDescription: (site) => `${site}에 발행한 모든 글을 연도별로 모았습니다.`,
    tagsDescription: (site) => `${site}의 글에 단 모든 태그입니다.`,
};

const enNumber = number("en");
const plural = new Intl.PluralRules("en");
const count = (value: number, one: string, other: string) =>
    `${enNumber(value)} ${plural.select(value) === "one" ? one : other}`;
const en: Strings = {
    language: "en",
    locale: "en_US",
    aboutSite: (name) => `Posts and notes on ${name}.`,
    skipToContent: "Skip to content",
    siteNavigation: "Site",
    posts: "Posts",
    categories: "Categories",
    category: "Category",
    tags: "Tags",
    tag: "Tag",
    archive: "Archive",
    search: "Search",
    searchPlaceholder: "Search titles and text",
    searchHint: "Type what you are looking for; a part of a word is enough.",
    searchNothing: "Nothing was found.",
    searchTips: "Try a shorter word, or another one.",
    searchTooLong: (limit) => `A search takes up to ${enNumber(limit)} characters; only the first of them were used.`,
    subscribe: "Subscribe",
    theme: { switch: "Theme", auto: "System", light: "Light", dark: "Dark" },
    contents: "Contents",
    updated: (date) => `Updated ${date}`,
    readingTime: (minutes) => `${enNumber(minutes)} min read`,
    views: (value) => count(value, "view", "views"),
    postCount: (value) => count(value, "post", "posts"),
    resultCount: (value) => count(value, "result", "results"),
    noPosts: "Nothing has been published yet.",
    noPostsHere: "There are no posts here yet.",
    previousPost: "Previous",
    nextPost: "Next",
    adjacentPosts: "Previous and next post",
    relatedPosts: "Related posts",
    newestPosts: "Latest posts",
    pagination: "Pages",
    previousPage: "Previous page",
    nextPage: "Next page",
    pageOf: (page, pages) => `Page ${enNumber(page)} of ${enNumber(pages)}`,
    pageNumber: (page) => `page ${enNumber(page)}`,
    home: "Home",
    notFound: "Page not found",
    notFoundText: "The address may have changed, or the post is gone. Try a search for it.",
    failure: "This page can’t be shown right now",
    failureText: "Please try again in a moment. If it goes on, we are likely at work on it.",
    toHome: "Go to the home page",
    preview: "Preview",
    previewText: {
        hidden: "This post is not public yet. Only those who have this address can see it.",
        changed:
            "This post is published, but not with these changes yet. Only those who have this address can see them.",
        published: "This post is published, and readers see it like this.",
    },
    copy: "Copy",
    copied: "Copied",
    copyFailed: "Couldn’t copy",
    enlarge: "Enlarge",
    close: "Close",
    tagDescription: (tag, site) => `Posts tagged “${tag}” on ${site}.`,
    categoryDescription: (category, site) => `Posts in “${category}” on ${site}.`,
    archiveDescription: (site) => `Every post on ${site}, by year.`,
    tagsDescription: (site) => `Every tag used on ${site}.`,
};

const TABLES: Readonly<Record<Language, Strings>> = { ko, en };

export function strings(language: Language): Strings {
    return TABLES[language];
}
