import { createTenantMiddleware } from "../../src/edge.js";
import type { TenantMiddleware, TenantMiddlewareOptions, Trouble } from "../../src/edge.js";
import { token } from "./fake-bulkhead.js";
import type { FakeBulkhead } from "./fake-bulkhead.js";

/** A middleware for `example.com`, and what it reports. */
export function middleware(
    bulkhead: FakeBulkhead,
    options: Partial<TenantMiddlewareOptions> = {},
): { tenants: TenantMiddleware; troubles: Trouble[] } {
    const troubles: Trouble[] = [];
    const tenants = createTenantMiddleware({
        endpoint: bulkhead.url,
        token,
        baseDomain: "example.com",
        // On a busy machine even a good answer takes its time.
        timeout: 20_000,
        onTrouble: (trouble) => troubles.push(trouble),
        ...options,
    });
    return { tenants, troubles };
}

/** What was reported, in short: `stale timeout`, `lookup unreachable`, `cache`. */
export function kinds(troubles: readonly Trouble[]): string[] {
    return troubles.map((trouble) =>
        trouble.kind === "cache" ? "cache" : `${trouble.kind} ${trouble.error.kind}`,
    );
}
