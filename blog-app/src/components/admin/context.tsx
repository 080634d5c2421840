import { createContext, useContext } from "react";

import { adminStrings, type AdminStrings } from "../../i18n/admin";
import { request } from "./request";

interface Admin {
    readonly language: "ko" | "en";
    readonly timeZone: string;
}

const AdminContext = createContext<Admin>({ language: "ko", timeZone: "UTC" });
export const AdminProvider = AdminContext.Provider;

export function useAdmin(): Admin {
    return useContext(AdminContext);
}

/** The words of the author's pages, in the site's language. */
export function useWords(): AdminStrings {
    return adminStrings(useContext(AdminContext).language);
}

/** `request` in the site's language. */
export function useRequest() {
    const { common } = useWords();
    return <Answer = undefined,>(
        method: Parameters<typeof request>[1],
        path: string,
        body?: unknown,
        signal?: AbortSignal,
    ) => request<Answer>(common, method, path, body, signal);
}
