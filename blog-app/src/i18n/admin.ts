/** Words of the author's side: what the API refuses with, and the author's pages. */

const ko = {
    errors: {
        fields: "입력한 내용을 확인해 주세요.",
        signInRefused: "이메일 또는 비밀번호가 올바르지 않습니다.",
        tooManyAttempts: (minutes: number) => `시도한 횟수가 너무 많습니다. ${minutes}분 뒤에 다시 시도해 주세요.`,
        passwordShort: (found: number, wanted: number) =>
            `비밀번호가 ${found}자입니다. ${wanted}자 이상으로 정해 주세요.`,
        passwordLong: (found: number, wanted: number) => `비밀번호가 ${found}자입니다. ${wanted}자 이하로 정해 주세요.`,
        passwordWrong: "현재 비밀번호가 올바르지 않습니다.",
        emailWanted: (found: string) => `"${found}"은(는) 이메일 주소가 아닙니다. 예: author@example.org`,
        emailTaken: (email: string) => `${email} 계정이 이미 있습니다.`,
        nameWanted: "이름을 1자 이상 80자 이하로 적어 주세요.",
        noAuthor: (email: string) => `${email} 계정이 없습니다.`,
        noSession: "로그인이 필요합니다.",
        foreignOrigin: "다른 사이트에서 보낸 요청은 받지 않습니다.",
        method: (allowed: string) => `지원하지 않는 요청 방식입니다. 사용할 수 있는 방식: ${allowed}`,
        contentType: (wanted: string) => `Content-Type이 ${wanted}이어야 합니다.`,
        tooLarge: (bytes: string) => `요청이 너무 큽니다. 최대 ${bytes}까지 보낼 수 있습니다.`,
        notJson: "요청 본문이 올바른 JSON이 아닙니다.",
        notForm: "보낸 파일을 읽을 수 없습니다.",
        notFound: "찾을 수 없습니다. 이미 삭제되었을 수 있습니다.",
        internal: (id: string) => `서버에 문제가 생겨 요청을 처리하지 못했습니다. 요청 번호: ${id}`,
        required: "필수 항목입니다.",
        tooLong: (maximum: number) => `최대 ${maximum}자까지 쓸 수 있습니다.`,
        tooShort: (minimum: number) => `${minimum}자 이상이어야 합니다.`,
        tooMany: (maximum: number) => `최대 ${maximum}개까지 넣을 수 있습니다.`,
        numberWanted: "숫자를 입력해 주세요.",
        choiceWanted: (choices: string) => `다음 중 하나여야 합니다: ${choices}`,
        unknownKey: (keys: string) => `알 수 없는 항목입니다: ${keys}`,
        invalid: "올바르지 않은 값입니다.",
        titleWanted: "제목을 입력해 주세요. 초안만 제목 없이 저장할 수 있습니다.",
        slugWanted: (found: string) => `"${found}"에는 글자나 숫자가 없습니다. 예: my-first-post`,
        slugTaken: (slug: string) => `"${slug}" 주소는 다른 글이 쓰고 있습니다. 다른 주소를 입력해 주세요.`,
        timeWanted: "예약할 날짜와 시간을 입력해 주세요.",
        timePast: "예약 시간이 이미 지났습니다. 지금 이후의 시간을 입력해 주세요.",
        timeFuture: "발행일이 미래입니다. 나중에 발행하려면 ‘예약’을 선택해 주세요.",
        conflictSaved: (title: string) =>
            `그 사이 다른 창에서 이 글을 저장했습니다. 저장된 제목: ${title || "제목 없음"}`,
        conflictDraft: (title: string) =>
            `그 사이 다른 창에서 이 글의 초안을 자동 저장했습니다. 초안 제목: ${title || "제목 없음"}`,
        termNameWanted: (found: string) =>
            found === "" ? "이름을 입력해 주세요." : `"${found}"에는 글자나 숫자가 없습니다.`,
        termTaken: (name: string) => `"${name}"이(가) 이미 있습니다.`,
        orderWanted: "모든 카테고리를 한 번씩 포함해야 합니다. 페이지를 새로 고친 뒤 다시 시도해 주세요.",
        otherWanted: "다른 카테고리를 선택해 주세요.",
    },
};

export type AdminStrings = typeof ko;

const en: AdminStrings = {
    errors: {
        fields: "Please check what you entered.",
        signInRefused: "The e-mail address or the password is wrong.",
        tooManyAttempts: (minutes) =>
            `Too many attempts. Please try again in ${minutes} minute${minutes === 1 ? "" : "s"}.`,
        passwordShort: (found, wanted) => `The password has ${found} characters; wanted: at least ${wanted}.`,
        passwordLong: (found, wanted) => `The password has ${found} characters; wanted: at most ${wanted}.`,
        passwordWrong: "The current password is wrong.",
        emailWanted: (found) => `"${found}" is no e-mail address; wanted: one such as author@example.org`,
        emailTaken: (email) => `There is an author ${email} already.`,
        nameWanted: "Wanted: a name of 1 to 80 characters.",
        noAuthor: (email) => `There is no author ${email}.`,
        noSession: "Please sign in.",
        foreignOrigin: "Requests from other sites are refused.",
        method: (allowed) => `This method is not supported; wanted: ${allowed}`,
        contentType: (wanted) => `Wanted: Content-Type ${wanted}`,
        tooLarge: (bytes) => `The request is too large; wanted: at most ${bytes}.`,
        notJson: "The request's body is no valid JSON.",
        notForm: "The files that were sent can't be read.",
        notFound: "Not found. It may have been deleted.",
        internal: (id) => `Something went wrong on the server. Request ${id}`,
        required: "This is required.",
        tooLong: (maximum) => `At most ${maximum} characters.`,
        tooShort: (minimum) => `At least ${minimum} characters.`,
        tooMany: (maximum) => `At most ${maximum}.`,
        numberWanted: "Wanted: a number.",
        choiceWanted: (choices) => `Wanted: one of ${choices}`,
        unknownKey: (keys) => `Unknown: ${keys}`,
        invalid: "This value is not valid.",
        titleWanted: "Please give a title; only a draft can be saved without one.",
        slugWanted: (found) => `"${found}" has no letter or digit; wanted: one such as my-first-post`,
        slugTaken: (slug) => `The address "${slug}" is another post's. Please choose another one.`,
        timeWanted: "Please say the day and the time.",
        timePast: "This time has passed. Please choose a later one.",
        timeFuture: "This time is still to come. To publish then, choose “scheduled”.",
        conflictSaved: (title) => `Another window saved this post meanwhile, as "${title || "untitled"}".`,
        conflictDraft: (title) => `Another window kept a draft of this post meanwhile: "${title || "untitled"}".`,
        termNameWanted: (found) => (found === "" ? "Please give a name." : `"${found}" has no letter or digit.`),
        termTaken: (name) => `There is "${name}" already.`,
        orderWanted: "Wanted: every category once. Please load the page again.",
        otherWanted: "Please choose another category.",
    },
};

const tables: Record<"ko" | "en", AdminStrings> = { ko, en };

export function adminStrings(language: "ko" | "en"): AdminStrings {
    return tables[language];
}
