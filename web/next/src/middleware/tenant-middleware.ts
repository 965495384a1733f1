import { GuardedCache } from "../cache/guarded-cache.js";
import { TenantDirectory } from "../directory/tenant-directory.js";
import type { TroubleReport } from "../directory/trouble.js";
import { requestID } from "../headers/request-id.js";
import { requestIDHeader, setTenant, withoutForgedHeaders } from "../headers/tenant-headers.js";
import { BaseDomain } from "../hosts/base-domain.js";
import { requestHost } from "../hosts/request-host.js";
import { EdgeEndpoint } from "../lookup/edge-endpoint.js";
import { LookupFailure } from "../lookup/lookup-failure.js";
import type { Refusal } from "../problems/refusal.js";
import * as refusals from "../problems/refusals.js";
import { refusalByStatus } from "../tenants/tenant-admission.js";
import type { Tenant } from "../tenants/tenant.js";
import type { TenantDecision, TenantMiddleware } from "./decision.js";
import { numberOption } from "./number-option.js";
import type { TenantMiddlewareOptions } from "./options.js";
import { RefusalRoute } from "./refusal-route.js";

/**
 * Makes the function that decides over each request: whose it is, and whether it is served.
 *
 * Make one for the whole program: it remembers what it has found out.
 *
 * @throws TypeError or RangeError if an option cannot be used.
 */
export function createTenantMiddleware(options: TenantMiddlewareOptions): TenantMiddleware {
    const domain = new BaseDomain(options.baseDomain, options.publicHosts ?? []);
    const directory = makeDirectory(options);
    const route = new RefusalRoute(options.pages ?? {});
    const trustsForwardedHost = options.trustForwardedHost ?? false;
    const allowsWrite = options.allowsWriteWhenReadOnly ?? (() => false);

    return async (request) => {
        const id = requestID(request.headers);
        const headers = withoutForgedHeaders(request.headers, trustsForwardedHost);
        headers.set(requestIDHeader, id);
        const refuse = (refusal: Refusal): TenantDecision => route.decision(refusal, request, headers, id);

        const host = requestHost(request.headers, trustsForwardedHost);
        if (host === undefined) return refuse(refusals.badHost);
        const target = domain.target(host);
        if (target.kind === "public") return { kind: "public", headers, requestID: id };
        if (target.kind === "unknown") return refuse(refusals.tenantNotFound);

        const found = await ask(directory, target.host, target.subdomain);
        if (found === "unknown") return refuse(refusals.directoryUnavailable);
        if (found === undefined) return refuse(refusals.tenantNotFound);
        const refusal = refusalByStatus(found.status, request.method, () => allowsWrite(request));
        if (refusal !== undefined) return refuse(refusal);
        setTenant(headers, found);
        return { kind: "continue", tenant: found, headers, requestID: id };
    };
}

async function ask(
    directory: TenantDirectory,
    host: string,
    subdomain: string,
): Promise<Tenant | undefined | "unknown"> {
    try {
        return await directory.find(host, subdomain);
    } catch (error) {
        // Reported where it happened.
        if (error instanceof LookupFailure) return "unknown";
        throw error;
    }
}

function makeDirectory(options: TenantMiddlewareOptions): TenantDirectory {
    const report: TroubleReport = (trouble) => {
        try {
            options.onTrouble?.(trouble);
        } catch {
            // Whoever keeps the log has trouble of their own; requests go on.
        }
    };
    const endpoint = new EdgeEndpoint({
        endpoint: options.endpoint,
        token: options.token,
        timeout: numberOption("timeout", options.timeout, 2_000, 10, 30_000),
        // Looked up at each call: Next.js and tests put another one in its place.
        fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
    });
    const deadline = numberOption("cacheTimeout", options.cacheTimeout, 250, 1, 5_000);
    const limits = {
        ttl: numberOption("ttl", options.ttl, 5_000, 1, 30_000),
        notFoundTTL: numberOption("notFoundTTL", options.notFoundTTL, 1_000, 0, 2_000),
        staleIfError: numberOption("staleIfError", options.staleIfError, 3_600_000, 0, 86_400_000),
        maximumEntries: numberOption("maximumEntries", options.maximumEntries, 10_000, 1, 1_000_000),
        maximumLookups: numberOption("maximumLookups", options.maximumLookups, 64, 1, 10_000),
    };
    return new TenantDirectory(endpoint, new GuardedCache(options.cache, deadline, report), limits, report);
}
