import { useRouter } from "next/router";
import { useRef, useState, type SyntheticEvent } from "react";

import type { SessionListing } from "../../auth/auth";
import { authorPage, type AuthorPageProps } from "../../auth/author-page";
import { useAdmin, useRequest, useWords } from "../../components/admin/context";
import { deviceOf } from "../../components/admin/device";
import { Field, TextField } from "../../components/admin/field";
import type { RequestError } from "../../components/admin/request";
import { AdminShell } from "../../components/admin/shell";
import { minuteOf } from "../../components/admin/time";
import { useToast } from "../../components/admin/toasts";
import { adminStrings } from "../../i18n/admin";
import { services } from "../../server/services";
import css from "../../styles/admin.module.css";
import type { ImportResult } from "../../transfer/transfer";

interface Props {
    readonly sessions: readonly (Omit<SessionListing, "key"> & { readonly current: boolean })[];
}

export default function Settings(props: Props & AuthorPageProps) {
    const t = adminStrings(props.language).settings;
    return (
        <AdminShell {...props} current="settings" title={t.title}>
            <div className={css.heading}>
                <h1>{t.title}</h1>
            </div>
            <div className={css.columns}>
                <Password email={props.author.email} />
                <Sessions sessions={props.sessions} />
                <Transfer />
            </div>
        </AdminShell>
    );
}

function Password({ email }: { readonly email: string }) {
    const t = useWords().settings;
    const request = useRequest();
    const toast = useToast();
    const router = useRouter();
    const [error, setError] = useState<RequestError>();

    const submit = async (event: SyntheticEvent<HTMLFormElement>) => {
        event.preventDefault();
        const form = event.currentTarget;
        const given = new FormData(form);
        try {
            await request("PUT", "/api/session/password", {
                current: given.get("current"),
                password: given.get("password"),
            });
            form.reset();
            setError(undefined);
            toast({ text: t.changed });
            await router.replace(router.asPath, undefined, { scroll: false });
        } catch (refused) {
            setError(refused as RequestError);
        }
    };
    const unnamed = error !== undefined && Object.keys(error.fields).length === 0 ? error.message : undefined;
    return (
        <section className={css.section} aria-labelledby="password">
            <h2 id="password">{t.password}</h2>
            <form
                className={`${css.form ?? ""} ${css.narrow ?? ""}`}
                method="post"
                onSubmit={(event) => void submit(event)}
            >
                {/* For password managers. */}
                <input type="hidden" name="username" autoComplete="username" value={email} readOnly />
                <TextField
                    label={t.current}
                    error={error?.fields.current}
                    type="password"
                    name="current"
                    autoComplete="current-password"
                    required
                />
                <TextField
                    label={t.new}
                    hint={t.newHint}
                    error={error?.fields.password}
                    type="password"
                    name="password"
                    autoComplete="new-password"
                    required
                />
                {unnamed !== undefined && (
                    <p className={css.error} role="alert">
                        {unnamed}
                    </p>
                )}
                <div className={css.row}>
                    <button type="submit" className={css.button}>
                        {t.change}
                    </button>
                </div>
            </form>
        </section>
    );
}

function Sessions({ sessions }: Props) {
    const t = useWords().settings;
    const { timeZone } = useAdmin();
    const request = useRequest();
    const toast = useToast();
    const router = useRouter();

    const endOthers = async () => {
        try {
            const { ended } = await request<{ ended: number }>("DELETE", "/api/session/others");
            toast({ text: ended === 0 ? t.noOthers : t.signedOutOthers(ended) });
            await router.replace(router.asPath, undefined, { scroll: false });
        } catch (error) {
            toast({ text: (error as Error).message });
        }
    };
    return (
        <section className={css.section} aria-labelledby="sessions">
            <h2 id="sessions">{t.sessions}</h2>
            <ul className={css.items}>
                {sessions.map((session) => (
                    <li key={session.createdAt + session.userAgent} className={css.item}>
                        <div className={css.itemText}>
                            <span title={session.userAgent}>{deviceOf(session.userAgent) || t.unknownDevice}</span>
                            <div className={css.meta}>
                                {session.current && <span className={css.badge}>{t.thisOne}</span>}
                                <time dateTime={session.lastSeenAt}>
                                    {t.lastSeen(minuteOf(session.lastSeenAt, timeZone))}
                                </time>
                            </div>
                        </div>
                    </li>
                ))}
            </ul>
            <p className={css.after}>
                <button type="button" className={css.button} onClick={() => void endOthers()}>
                    {t.signOutOthers}
                </button>
            </p>
        </section>
    );
}

function Transfer() {
    const t = useWords().settings;
    const request = useRequest();
    const input = useRef<HTMLInputElement>(null);
    const [working, setWorking] = useState(false);
    const [result, setResult] = useState<ImportResult>();
    const [error, setError] = useState<RequestError>();

    const submit = async (event: SyntheticEvent) => {
        event.preventDefault();
        const form = new FormData();
        for (const file of input.current?.files ?? []) form.append("files", file, file.name);
        setWorking(true);
        setError(undefined);
        setResult(undefined);
        try {
            setResult(await request<ImportResult>("POST", "/api/import", form));
            if (input.current !== null) input.current.value = "";
        } catch (refused) {
            setError(refused as RequestError);
        }
        setWorking(false);
    };
    return (
        <section className={css.section} aria-labelledby="transfer">
            <h2 id="transfer">{t.transfer}</h2>
            <div className={css.form}>
                <div className={css.field}>
                    <p className={css.hint}>{t.exportHint}</p>
                    <div className={css.row}>
                        <a className={css.button} href="/api/export" download>
                            {t.export}
                        </a>
                    </div>
                </div>
                <form className={css.form} onSubmit={(event) => void submit(event)}>
                    <Field label={t.importFiles} hint={t.importHint}>
                        {(control) => (
                            <input
                                {...control}
                                ref={input}
                                className={css.input}
                                type="file"
                                multiple
                                required
                                accept=".md,.markdown,.txt,.zip"
                            />
                        )}
                    </Field>
                    {error !== undefined && (
                        <div className={css.error} role="alert">
                            <p>{t.importFailed}</p>
                            {/* A line for each fault. */}
                            {error.message.split("\n").map((line) => (
                                <p key={line}>{line}</p>
                            ))}
                        </div>
                    )}
                    {result !== undefined && (
                        <div role="status">
                            <p>{t.imported(result.added.length, result.updated.length, result.unchanged.length)}</p>
                            {result.images > 0 && <p>{t.importedImages(result.images)}</p>}
                            <Names title={t.missingImages} names={result.missingImages} />
                            <Names title={t.skippedFiles} names={result.skipped} />
                            <Names title={t.importWarnings} names={result.warnings} />
                        </div>
                    )}
                    <div className={css.row}>
                        <button type="submit" className={css.button} disabled={working}>
                            {working ? t.importing : t.import}
                        </button>
                    </div>
                </form>
            </div>
        </section>
    );
}

function Names({ title, names }: { readonly title: string; readonly names: readonly string[] }) {
    if (names.length === 0) return null;
    return (
        <>
            <p>{title}</p>
            <ul>
                {names.map((name) => (
                    <li key={name}>{name}</li>
                ))}
            </ul>
        </>
    );
}

export const getServerSideProps = authorPage<Props>(async (_, session) => {
    const sessions = await services().auth.sessions(session.author.id);
    // The keys stay here.
    return { sessions: sessions.map(({ key, ...listing }) => ({ ...listing, current: key === session.key })) };
});
