/** What setup needs of a terminal; tests answer from a list. */
export interface Console {
    say(text: string): void;
    /** `check` returns what is wrong with an answer; the question is then asked again. */
    text(question: Question & { readonly default?: string }): Promise<string>;
    secret(question: Question): Promise<string>;
    choose<T extends string>(question: {
        readonly message: string;
        readonly choices: Readonly<Partial<Record<T, string>>>;
        readonly default: NoInfer<T>;
    }): Promise<T>;
    confirm(question: { readonly message: string; readonly default: boolean }): Promise<boolean>;
}

export interface Question {
    readonly message: string;
    readonly check?: (answer: string) => string | undefined;
}

/** Asks on the terminal. */
export async function terminal(): Promise<Console> {
    const { confirm, input, password, select } = await import("@inquirer/prompts");
    const validate = (check: Question["check"]) => (answer: string) => check?.(answer) ?? true;
    return {
        say: (text) => {
            console.log(text);
        },
        text: ({ message, check, default: preset }) =>
            input({ message, validate: validate(check), ...(preset === undefined ? {} : { default: preset }) }),
        secret: ({ message, check }) => password({ message, mask: "*", validate: validate(check) }),
        choose: ({ message, choices, default: preset }) =>
            select({
                message,
                default: preset,
                choices: (Object.entries(choices) as [typeof preset, string][]).map(([value, name]) => ({
                    value,
                    name,
                })),
            }),
        confirm: ({ message, default: preset }) => confirm({ message, default: preset }),
    };
}
