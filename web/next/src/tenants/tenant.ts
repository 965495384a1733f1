import { isTenantID } from "./tenant-id.js";

/** A tenant, as far as a front end needs to know it. */
export interface Tenant {
    /** Identifies it for ever: a UUID in lower case. */
    readonly id: string;
    /** What people call it. */
    readonly name: string;
    /** The label of its host; unique. */
    readonly subdomain: string;
    /** Where it is in its life: `active`, `readOnly`, `maintenance`, `suspended` and others. */
    readonly status: string;
    /** The name of the limits that apply to it; absent if the server does not say. */
    readonly tier?: string;
    /** Moves on with every change; absent if the server does not say. */
    readonly version?: number;
}

/**
 * Takes a tenant out of a JSON value of doubtful origin.
 *
 * @param subdomain - whose it must be: an answer about another tenant is no answer, wherever it came from.
 * @returns undefined if anything is missing or does not fit.
 */
export function readTenant(value: unknown, subdomain: string): Tenant | undefined {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
    const fields = value as Readonly<Record<string, unknown>>;
    const id = fields["id"];
    const name = fields["name"];
    const status = fields["status"];
    const tier = fields["tier"];
    const version = fields["version"];
    if (typeof id !== "string" || !isTenantID(id) || fields["subdomain"] !== subdomain) return undefined;
    if (typeof name !== "string" || name === "" || typeof status !== "string" || status === "") return undefined;
    return {
        id,
        name,
        subdomain,
        status,
        ...(typeof tier === "string" ? { tier } : {}),
        ...(Number.isSafeInteger(version) ? { version: version as number } : {}),
    };
}
