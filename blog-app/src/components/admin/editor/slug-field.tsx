import { useEffect, useRef, useState } from "react";

import type { SlugCheck } from "../../../posts/types";
import { useRequest, useWords } from "../context";
import { TextField } from "../field";

const AFTER = 300;

interface Props {
    readonly id: number;
    readonly slug: string;
    readonly title: string;
    /** As last saved; empty: never. */
    readonly saved: string;
    readonly wasPublished: boolean;
    readonly error: string | undefined;
    readonly onChange: (slug: string) => void;
}

/** The post's address, looked up while it is typed. */
export function SlugField({ id, slug, title, saved, wasPublished, error, onChange }: Props) {
    const t = useWords().editor;
    const request = useRequest();
    const [check, setCheck] = useState<SlugCheck>();
    const ask = useRef(request);
    useEffect(() => {
        ask.current = request;
    });

    useEffect(() => {
        const abort = new AbortController();
        const timer = setTimeout(() => {
            const query = new URLSearchParams({ slug, title });
            ask.current<SlugCheck>("GET", `/api/posts/${id}/slug?${query.toString()}`, undefined, abort.signal)
                .then(setCheck)
                // The save will tell.
                .catch(() => undefined);
        }, AFTER);
        return () => {
            clearTimeout(timer);
            abort.abort();
        };
    }, [id, slug, title]);

    const taken = check?.taken != null ? t.slugTaken(check.taken.title) : undefined;
    const moves = wasPublished && check !== undefined && check.slug !== "" && check.slug !== saved;
    return (
        <TextField
            label={t.slug}
            hint={
                <>
                    {t.slugHint}
                    {check !== undefined && check.slug !== "" && taken === undefined && (
                        <>
                            <br />
                            {t.slugFree(`/post/${check.slug}`)}
                        </>
                    )}
                    {moves && (
                        <>
                            <br />
                            {t.slugRedirect}
                        </>
                    )}
                </>
            }
            // With an empty slug a free one is found by itself.
            error={error ?? (slug === "" ? undefined : taken)}
            value={slug}
            maxLength={200}
            spellCheck={false}
            autoCapitalize="none"
            onChange={(event) => {
                onChange(event.currentTarget.value);
            }}
        />
    );
}
