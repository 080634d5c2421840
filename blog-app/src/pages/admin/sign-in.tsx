import type { GetServerSideProps } from "next";
import { useRouter } from "next/router";
import { useState, type SyntheticEvent } from "react";

import { localPath } from "../../auth/local-path";
import { useRequest } from "../../components/admin/context";
import { TextField } from "../../components/admin/field";
import { RequestError } from "../../components/admin/request";
import { AdminFrame } from "../../components/admin/shell";
import { adminStrings } from "../../i18n/admin";
import { services } from "../../server/services";
import css from "../../styles/admin.module.css";

interface Props {
    readonly language: "ko" | "en";
    readonly siteName: string;
    readonly timeZone: string;
}

export default function SignIn(props: Props) {
    const t = adminStrings(props.language).signIn;
    return (
        <AdminFrame {...props} title={t.title}>
            <main className={css.signIn}>
                <h1>{t.title}</h1>
                <SignInForm language={props.language} />
            </main>
        </AdminFrame>
    );
}

function SignInForm({ language }: { readonly language: "ko" | "en" }) {
    const t = adminStrings(language).signIn;
    const request = useRequest();
    const { query } = useRouter();
    const [error, setError] = useState<RequestError>();
    const [working, setWorking] = useState(false);

    const submit = async (event: SyntheticEvent<HTMLFormElement>) => {
        event.preventDefault();
        const form = new FormData(event.currentTarget);
        setWorking(true);
        setError(undefined);
        try {
            await request("POST", "/api/session", { email: form.get("email"), password: form.get("password") });
            window.location.assign(localPath(query.next));
        } catch (refused) {
            setError(refused as RequestError);
            setWorking(false);
        }
    };
    return (
        // POST also where the script has not come yet: a password never stands in an address.
        <form className={css.form} method="post" onSubmit={(event) => void submit(event)}>
            <TextField
                label={t.email}
                error={error?.fields.email}
                type="email"
                name="email"
                autoComplete="username"
                required
                maxLength={254}
            />
            <TextField
                label={t.password}
                error={error?.fields.password}
                type="password"
                name="password"
                autoComplete="current-password"
                required
                maxLength={1000}
            />
            {error !== undefined && (
                <p className={css.error} role="alert">
                    {error.message}
                </p>
            )}
            <button type="submit" className={`${css.button ?? ""} ${css.primary ?? ""}`} disabled={working}>
                {working ? t.working : t.submit}
            </button>
        </form>
    );
}

export const getServerSideProps: GetServerSideProps<Props> = async ({ req, res, query }) => {
    res.setHeader("cache-control", "no-store");
    const { auth, env } = services();
    if ((await auth.session(req.headers.cookie)) !== null) {
        return { redirect: { destination: localPath(query.next), permanent: false } };
    }
    return { props: { language: env.SITE_LANGUAGE, siteName: env.SITE_NAME, timeZone: env.SITE_TIME_ZONE } };
};
