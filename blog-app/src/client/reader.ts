/** The readers' own script: all that it does works, or is not needed, without it. */
const words = (document.currentScript as HTMLScriptElement | null)?.dataset ?? {};
const root = document.documentElement;

const make = <Name extends keyof HTMLElementTagNameMap>(name: Name, className: string, text = "") => {
    const element = document.createElement(name);
    element.className = className;
    element.textContent = text;
    return element;
};

/* Theme: the system's, light, dark, and round again. */
const THEMES = ["auto", "light", "dark"] as const;
type Theme = (typeof THEMES)[number];

const themeNow = (): Theme => (root.dataset.theme as Theme | undefined) ?? "auto";
const showTheme = (theme: Theme, buttons: Iterable<Element>) => {
    if (theme === "auto") delete root.dataset.theme;
    else root.dataset.theme = theme;
    for (const button of buttons) {
        button.setAttribute("aria-label", `${words.themeName ?? ""}: ${words[theme] ?? theme}`);
        (button as HTMLElement).title = words[theme] ?? theme;
    }
};

function switchesTheme(): void {
    const buttons = document.querySelectorAll("[data-theme-button]");
    showTheme(themeNow(), buttons);
    for (const button of buttons) {
        button.addEventListener("click", () => {
            const next = THEMES[(THEMES.indexOf(themeNow()) + 1) % THEMES.length] ?? "auto";
            showTheme(next, buttons);
            try {
                if (next === "auto") localStorage.removeItem("theme");
                else localStorage.setItem("theme", next);
            } catch {
                // Kept for this page only.
            }
        });
    }
    // Chosen in another tab.
    addEventListener("storage", ({ key, newValue }) => {
        if (key === "theme") showTheme(newValue === "light" || newValue === "dark" ? newValue : "auto", buttons);
    });
}

/* "/" goes to the search box, or to the page that has one. */
function searchesByKey(): void {
    addEventListener("keydown", (event) => {
        if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
        const at = event.target as HTMLElement;
        if (at.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName)) return;
        const search = document.querySelector<HTMLElement>("[data-search]");
        if (search === null || document.querySelector("dialog[open]") !== null) return;
        event.preventDefault();
        if (search instanceof HTMLInputElement) search.select();
        else search.click();
    });
}

/* Code is copied as it is, without the numbers and marks that the styles put there. */
function copiesCode(prose: Element): void {
    for (const pre of prose.querySelectorAll("pre")) {
        // The renderer's frame, or one of our own.
        const framed = pre.closest(".code");
        const block = framed ?? make("div", "code-block");
        const button = make("button", "copy-button", words.copy);
        button.type = "button";
        if (framed === null) {
            pre.replaceWith(block);
            block.append(pre);
        }
        block.append(button);
        button.addEventListener("click", () => {
            const say = (text: string | undefined) => {
                button.textContent = text ?? "";
                button.dataset.done = "";
                setTimeout(() => {
                    button.textContent = words.copy ?? "";
                    delete button.dataset.done;
                }, 2_000);
            };
            const text = (pre.querySelector("code") ?? pre).textContent;
            // Only where the page came by https is there a clipboard.
            const clipboard = navigator.clipboard as Clipboard | undefined;
            if (clipboard === undefined) say(words.copyFailed);
            else
                clipboard
                    .writeText(text.replace(/\n$/, ""))
                    .then(say.bind(null, words.copied), say.bind(null, words.copyFailed));
        });
        // What changes is told to screen readers.
        button.setAttribute("aria-live", "polite");
    }
}

/* A picture's blurred stand-in goes when the picture is there: it would shine through what is transparent. */
function clearsPlaceholders(prose: Element): void {
    for (const placeholder of prose.querySelectorAll(".placeholder")) {
        const picture = placeholder.parentElement?.querySelector<HTMLImageElement>("img:not(.placeholder)");
        picture?.decode().then(
            () => {
                placeholder.remove();
            },
            () => undefined,
        );
    }
}

/* A picture by itself. */
function enlargesPictures(prose: Element): void {
    for (const picture of prose.querySelectorAll<HTMLImageElement>("img[src]:not(.placeholder)")) {
        if (picture.closest("a, button") !== null) continue;
        const button = make("button", "enlarge");
        button.type = "button";
        button.setAttribute(
            "aria-label",
            picture.alt === "" ? (words.enlarge ?? "") : `${words.enlarge ?? ""}: ${picture.alt}`,
        );
        picture.replaceWith(button);
        button.append(picture);
        button.addEventListener("click", () => {
            open(picture);
        });
    }
}

function open(picture: HTMLImageElement): void {
    const dialog = make("dialog", "lightbox");
    const figure = make("figure", "");
    const large = make("img", "");
    const close = make("button", "", words.close);
    // The size that is at hand, until the whole picture is there.
    const whole = new Image();
    whole.onload = () => {
        large.src = whole.src;
    };
    large.src = picture.currentSrc;
    whole.src = (picture.getAttribute("src") ?? "").replace(/\?w=\d+$/, "");
    large.alt = picture.alt;
    figure.append(large);
    const caption = picture.closest("figure")?.querySelector("figcaption")?.textContent ?? "";
    if (caption !== "") figure.append(make("figcaption", "", caption));
    close.type = "button";
    dialog.setAttribute("aria-label", picture.alt === "" ? (words.enlarge ?? "") : picture.alt);
    dialog.append(figure, close);
    dialog.addEventListener("click", () => {
        dialog.close();
    });
    // Escape closes a dialog by itself, and focus goes back to where it was.
    dialog.addEventListener("close", () => {
        dialog.remove();
    });
    document.body.append(dialog);
    dialog.showModal();
}

/* The table of contents shows where the reader is. */
function followsReading(): void {
    const links = [...document.querySelectorAll<HTMLAnchorElement>("[data-toc] a")];
    const headings = links.map((link) => document.getElementById(decodeURIComponent(link.hash.slice(1))));
    if (headings.length === 0) return;
    let waiting = false;
    const show = () => {
        waiting = false;
        const line = innerHeight * 0.25;
        let current = headings.findLastIndex(
            (heading) => heading !== null && heading.getBoundingClientRect().top <= line,
        );
        // At the end of the page the last headings may never reach the line.
        if (scrollY + innerHeight >= root.scrollHeight - 2) {
            current = headings.findLastIndex(
                (heading) => heading !== null && heading.getBoundingClientRect().top < innerHeight,
            );
        }
        links.forEach((link, index) => {
            if (index !== current) link.removeAttribute("aria-current");
            else if (!link.hasAttribute("aria-current")) {
                link.setAttribute("aria-current", "true");
                const box = link.closest("nav");
                if (box !== null && box.scrollHeight > box.clientHeight) {
                    box.scrollTop = link.offsetTop - box.clientHeight / 2;
                }
            }
        });
    };
    const later = () => {
        if (!waiting) requestAnimationFrame(show);
        waiting = true;
    };
    addEventListener("scroll", later, { passive: true });
    addEventListener("resize", later, { passive: true });
    later();
}

/* Counts this view, and shows the count with it. */
async function countsView(): Promise<void> {
    const shown = document.querySelector<HTMLElement>("[data-views]");
    if (shown === null) return;
    const answer = await fetch(`/api/views/${encodeURIComponent(shown.dataset.views ?? "")}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: "{}",
        keepalive: true,
    });
    if (!answer.ok) return;
    const { views } = (await answer.json()) as { views?: unknown };
    if (typeof views !== "number") return;
    const form = new Intl.PluralRules(root.lang).select(views) === "one" ? shown.dataset.one : shown.dataset.other;
    shown.textContent = (form ?? "#").replace("#", views.toLocaleString(root.lang));
}

/* What nobody waits for is done piece by piece, while nothing else is. */
const idle = (work: () => void): void => {
    // Safari has none.
    if ("requestIdleCallback" in window) requestIdleCallback(work, { timeout: 1_000 });
    else setTimeout(work, 50);
};

switchesTheme();
searchesByKey();
for (const prose of document.querySelectorAll(".prose")) {
    idle(() => copiesCode(prose));
    idle(() => enlargesPictures(prose));
    idle(() => clearsPlaceholders(prose));
}
idle(followsReading);
// What can't be counted isn't missed.
idle(() => void countsView().catch(() => undefined));
