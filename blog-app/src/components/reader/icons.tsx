/** ㅂ, the first letter of 블로그. */
export function Mark() {
    return (
        <svg className="mark" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false">
            <path d="M5 3v18h14V3M5 12h14" />
        </svg>
    );
}

export function SearchIcon() {
    return (
        <svg className="icon" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" focusable="false">
            <circle cx="10.5" cy="10.5" r="6.5" />
            <path d="m15.5 15.5 5 5" />
        </svg>
    );
}

export function SystemIcon() {
    return (
        <svg className="icon icon-auto" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" focusable="false">
            <circle cx="12" cy="12" r="8.5" />
            <path className="filled" d="M12 3.5a8.5 8.5 0 0 1 0 17z" />
        </svg>
    );
}

export function LightIcon() {
    return (
        <svg
            className="icon icon-light"
            viewBox="0 0 24 24"
            width="20"
            height="20"
            aria-hidden="true"
            focusable="false"
        >
            <circle cx="12" cy="12" r="4" />
            <path d="M12 2.5v2.5M12 19v2.5M2.5 12H5M19 12h2.5M5.3 5.3 7 7M17 17l1.7 1.7M5.3 18.7 7 17M17 7l1.7-1.7" />
        </svg>
    );
}

export function DarkIcon() {
    return (
        <svg className="icon icon-dark" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" focusable="false">
            <path d="M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z" />
        </svg>
    );
}
