import type { TenantCache } from "../cache/tenant-cache.js";
import type { TroubleReport } from "../directory/trouble.js";

/** The pages of the application that take the place of the built-in ones; paths such as `/tenant-not-found`. */
export interface TenantPages {
    /** 404: there is no such tenant. */
    readonly notFound?: string;
    /** 403: an operator has stopped the tenant. */
    readonly suspended?: string;
    /** 503: the tenant is being worked on, or still being made. */
    readonly maintenance?: string;
    /** 503: the tenant failed, or it could not be found out who it is. */
    readonly unavailable?: string;
}

/** What `createTenantMiddleware` takes. All times are in milliseconds. */
export interface TenantMiddlewareOptions {
    /** Where Bulkhead answers, such as `https://admin.example.com`. */
    readonly endpoint: string;
    /** The service token; what the server has in `BULKHEAD_EDGE_TOKEN`. Not for browsers. */
    readonly token: string;
    /** The domain under which the tenants' hosts lie, such as `example.com`; `localhost` in development. */
    readonly baseDomain: string;
    /** Hosts of the application that belong to no tenant, such as `example.com` and `www.example.com`. Default: none. */
    readonly publicHosts?: readonly string[];
    /** Where processes share what they found out, such as a `RedisTenantCache`. Default: nowhere. */
    readonly cache?: TenantCache;
    /** Pages of the application in place of the built-in ones. Default: none. */
    readonly pages?: TenantPages;
    /**
     * Whether `x-forwarded-host` names the host, in place of `Host`. Only where a proxy of yours stands in front of
     * every request and sets it: anybody can send one. Default: false, and it is removed.
     */
    readonly trustForwardedHost?: boolean;
    /** Requests that may write in a read-only tenant, such as the one that signs somebody in. Default: none. */
    readonly allowsWriteWhenReadOnly?: (request: Request) => boolean;
    /**
     * How long a tenant is believed without asking again, unless the server says less: 1-30000. So long, and as long
     * as the server itself is behind, a suspended tenant is still served. Default: 5000.
     */
    readonly ttl?: number;
    /** How long a host is believed to have no tenant: 0-2000. Default: 1000. */
    readonly notFoundTTL?: number;
    /** For how long a tenant is served as it was when nobody can be asked: 0-86400000. Default: 3600000. */
    readonly staleIfError?: number;
    /** How long a question to the endpoint may take: 10-30000. Default: 2000. */
    readonly timeout?: number;
    /** How long the shared cache may take: 1-5000. Default: 250. */
    readonly cacheTimeout?: number;
    /** How many tenants this process remembers: 1-1000000. Default: 10000. */
    readonly maximumEntries?: number;
    /** How many questions about hosts of which nothing is remembered may be open: 1-10000. Default: 64. */
    readonly maximumLookups?: number;
    /** Is told when something fails that requests survive, or do not; for logs. Default: nobody. */
    readonly onTrouble?: TroubleReport;
    /** How to ask the endpoint. Default: the global `fetch`. */
    readonly fetch?: typeof fetch;
}
