/** Reading loosely typed objects (inputs, Kubernetes objects): absent fields are absent, not errors. */
import { type Wire, type WireObject, isObject } from "./wire";

/** The value at a path of keys. */
export function field(object: Wire | undefined, ...path: readonly string[]): Wire | undefined {
    let value: Wire | undefined = object;
    for (const key of path) {
        value = isObject(value) ? value[key] : undefined;
    }
    return value;
}

export function objectAt(object: Wire | undefined, ...path: readonly string[]): WireObject {
    const value = field(object, ...path);
    return isObject(value) ? value : {};
}

export function listAt(object: Wire | undefined, ...path: readonly string[]): WireObject[] {
    const value = field(object, ...path);
    return Array.isArray(value) ? value.filter(isObject) : [];
}

export function textAt(object: Wire | undefined, ...path: readonly string[]): string {
    const value = field(object, ...path);
    return typeof value === "string" ? value : "";
}

/** The object without some of its keys. */
export function without(object: WireObject, ...keys: readonly string[]): WireObject {
    return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
}

/** A flag, which the SDK may send as JSON text (provider inputs). */
export function flagAt(object: Wire | undefined, ...path: readonly string[]): boolean {
    const value = field(object, ...path);
    return value === true || value === "true";
}

/** A number, or the fallback: Kubernetes leaves zero out. */
export function numberAt(object: Wire | undefined, fallback: number, ...path: readonly string[]): number {
    const value = field(object, ...path);
    return typeof value === "number" ? value : fallback;
}

export interface Condition {
    readonly type: string;
    readonly status: string;
    readonly reason: string;
    readonly message: string;
}

export function conditionsOf(object: Wire | undefined): Condition[] {
    return listAt(object, "status", "conditions").map((condition) => ({
        type: textAt(condition, "type"),
        status: textAt(condition, "status"),
        reason: textAt(condition, "reason"),
        message: textAt(condition, "message"),
    }));
}

export function condition(object: Wire | undefined, type: string): Condition | undefined {
    return conditionsOf(object).find((candidate) => candidate.type === type);
}
