import type { Tenant } from "../tenants/tenant.js";
import { isTenantID } from "../tenants/tenant-id.js";

/** The header that carries the tenant's id. */
export const tenantIDHeader = "x-tenant-id";
/** The header that carries the tenant's name, percent-encoded: names are not confined to ASCII. */
export const tenantNameHeader = "x-tenant-name";
/** The header that carries the tenant's subdomain. */
export const tenantSubdomainHeader = "x-tenant-subdomain";
/** The header that carries the request's id. */
export const requestIDHeader = "x-request-id";
/** The header in which proxies say which host was asked for. */
export const forwardedHostHeader = "x-forwarded-host";

/** Names that only this middleware may set. With an underscore too: what speaks CGI cannot tell the two apart. */
const reserved = /^x[-_]tenant(?:[-_]|$)/;

/** Whether only this middleware may set a header, by its name in lower case. */
export const isReserved = (name: string): boolean => reserved.test(name);

/**
 * A copy of the headers without what only this middleware may say.
 *
 * @param keepsForwardedHost - whether `x-forwarded-host` is believed, and so kept.
 */
export function withoutForgedHeaders(headers: Headers, keepsForwardedHost: boolean): Headers {
    const clean = new Headers();
    headers.forEach((value, name) => {
        if (isReserved(name)) return;
        if (!keepsForwardedHost && name.replace(/_/g, "-") === forwardedHostHeader) return;
        clean.append(name, value);
    });
    return clean;
}

/** Says in the headers whose request it is. */
export function setTenant(headers: Headers, tenant: Tenant): void {
    headers.set(tenantIDHeader, tenant.id);
    headers.set(tenantNameHeader, encodeURIComponent(wellFormed(tenant.name)));
    headers.set(tenantSubdomainHeader, tenant.subdomain);
}

/** The tenant of a request, for code behind the middleware. */
export interface RequestTenant {
    /** The tenant's id: a UUID in lower case. */
    readonly id: string;
    /** What people call it. */
    readonly name: string;
    /** The label of its host. */
    readonly subdomain: string;
    /** The id of this request, for logs and for calls to other services. */
    readonly requestID: string;
}

/**
 * Reads the tenant that the middleware wrote into the request's headers.
 *
 * Believe it only where the middleware runs: on a path that the `matcher` leaves out, these headers are whatever the
 * client sent.
 *
 * @param headers - in a server component `await headers()` of `next/headers`, in a route `request.headers`.
 * @returns undefined on hosts without a tenant.
 */
export function tenantFromHeaders(headers: { get(name: string): string | null }): RequestTenant | undefined {
    const id = headers.get(tenantIDHeader);
    const subdomain = headers.get(tenantSubdomainHeader);
    const name = decoded(headers.get(tenantNameHeader));
    if (id === null || !isTenantID(id) || subdomain === null || name === undefined) return undefined;
    return { id, name, subdomain, requestID: headers.get(requestIDHeader) ?? "" };
}

function decoded(value: string | null): string | undefined {
    if (value === null) return undefined;
    try {
        return decodeURIComponent(value);
    } catch {
        // No percent-encoding, so not written by setTenant.
        return undefined;
    }
}

/** Half a surrogate pair cannot be encoded; JSON can carry one. */
function wellFormed(text: string): string {
    return text.replace(/[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]/g, (unit) => (unit.length === 2 ? unit : "\ufffd"));
}
