import { ListingPage } from "../../components/reader/listing-page";
import { NotFoundPage } from "../../components/reader/not-found-page";
import { strings } from "../../i18n/strings";
import type { NotFoundProps } from "../../reader/not-found";
import { tagPath } from "../../reader/paths";
import { termPage, type TermProps } from "../../reader/term-page";

export const config = { unstable_runtimeJS: false };

export default function Tag(props: TermProps | NotFoundProps) {
    if (props.kind === "missing") return <NotFoundPage {...props} />;
    const { site, term, list } = props;
    const t = strings(site.language);
    const path = tagPath(term.slug);
    return (
        <ListingPage
            site={site}
            list={list}
            path={path}
            kicker={t.tag}
            title={term.name}
            description={t.tagDescription(term.name, site.name)}
            crumbs={[
                { name: t.home, path: "/" },
                { name: t.tags, path: "/tags" },
                { name: term.name, path },
            ]}
        />
    );
}

export const getServerSideProps = termPage("tag");
