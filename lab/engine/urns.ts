/** Names of resources: `urn:pulumi:<stack>::<project>::<parent types>$<type>::<name>`. */

export const STACK_TYPE = "pulumi:pulumi:Stack";

/** The parts of a URN. `qualifiedType` holds the parents' types too, joined by `$`. */
export interface UrnParts {
    readonly stack: string;
    readonly project: string;
    readonly qualifiedType: string;
    readonly type: string;
    readonly name: string;
}

export interface Project {
    readonly stack: string;
    readonly project: string;
}

/** A name may itself hold `::`: all that follows the third separator belongs to it. */
export function parseUrn(urn: string): UrnParts {
    const [head = "", project = "", qualifiedType = "", ...name] = urn.split("::");
    return {
        stack: head.replace(/^urn:pulumi:/, ""),
        project,
        qualifiedType,
        type: qualifiedType.slice(qualifiedType.lastIndexOf("$") + 1),
        name: name.join("::"),
    };
}

/** The URN of a resource. The stack itself does not count as a parent in the type. */
export function makeUrn(of: Project, parentUrn: string, type: string, name: string): string {
    const parentType = parentUrn === "" ? "" : parseUrn(parentUrn).qualifiedType;
    const qualified = parentType === "" || parentType === STACK_TYPE ? type : `${parentType}$${type}`;
    return `urn:pulumi:${of.stack}::${of.project}::${qualified}::${name}`;
}

/** An alias as the SDK sends it: a whole URN, or what differs from the resource's present name. */
export interface AliasSpec {
    readonly urn?: string;
    readonly name?: string;
    readonly type?: string;
    readonly stack?: string;
    readonly project?: string;
    readonly parentUrn?: string;
    readonly noParent?: boolean;
}

interface Present extends Project {
    readonly type: string;
    readonly name: string;
    readonly parentUrn: string;
}

/**
 * Every URN the resource may have had: its own aliases, and those its parent's earlier name implies for a child
 * (also a child named after it: `app-db` under `app`), as Pulumi's engine multiplies them
 * (pkg/resource/deploy/step_generator.go, generateAliases).
 *
 * @param matched a resource's present URN -> the earlier URN it was found under in this run
 */
export function aliasUrns(
    present: Present,
    specs: readonly AliasSpec[],
    matched: ReadonlyMap<string, string>,
): string[] {
    const own = specs.map((spec) => aliasUrn(present, spec, matched));
    const parentAlias = matched.get(present.parentUrn);
    if (parentAlias === undefined) {
        return [...new Set(own)];
    }
    const parentName = parseUrn(present.parentUrn).name;
    const inherited = [{ type: present.type, name: present.name }, ...own.map(parseUrn)].map((child) => {
        const name = child.name.startsWith(parentName)
            ? parseUrn(parentAlias).name + child.name.slice(parentName.length)
            : child.name;
        return makeUrn(present, parentAlias, child.type, name);
    });
    return [...new Set([...own, ...inherited])];
}

function aliasUrn(present: Present, spec: AliasSpec, matched: ReadonlyMap<string, string>): string {
    if (spec.urn !== undefined && spec.urn !== "") {
        return spec.urn;
    }
    const given = spec.parentUrn ?? "";
    const parent = given === "" ? present.parentUrn : (matched.get(given) ?? given);
    const project = { stack: orElse(spec.stack, present.stack), project: orElse(spec.project, present.project) };
    return makeUrn(
        project,
        spec.noParent === true ? "" : parent,
        orElse(spec.type, present.type),
        orElse(spec.name, present.name),
    );
}

/** Unset strings arrive empty from the wire. */
function orElse(value: string | undefined, fallback: string): string {
    return value === undefined || value === "" ? fallback : value;
}

/** The URN in a provider reference `<urn>::<id>`. */
export function providerUrn(reference: string): string {
    const end = reference.lastIndexOf("::");
    return end === -1 ? reference : reference.slice(0, end);
}
