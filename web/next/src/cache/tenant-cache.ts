import type { Tenant } from "../tenants/tenant.js";

/** A tenant, when it was asked for, and for how long the server vouches for it. */
export interface CachedTenant {
    /** What the endpoint said. */
    readonly tenant: Tenant;
    /** When the question was sent, in milliseconds since 1970: never later than when the answer was true. */
    readonly foundAt: number;
    /** For how many milliseconds from then it may be believed without asking again. */
    readonly lifetime: number;
}

/**
 * Where processes share what they have found out; lies behind the memory that each has of its own.
 *
 * It may lose entries, and it may fail: then the endpoint is asked. How old an entry may be is decided by whoever reads
 * it. What it gives back must be what was put in by somebody entitled to.
 */
export interface TenantCache {
    /**
     * The entry of a subdomain, or undefined.
     *
     * @throws CacheRefusal for this entry only; anything else, and the cache is left alone for a while.
     */
    get(subdomain: string): Promise<CachedTenant | undefined>;
    /** Keeps an entry for at most so many milliseconds. */
    set(subdomain: string, entry: CachedTenant, lifetime: number): Promise<void>;
    /** Forgets an entry. */
    delete(subdomain: string): Promise<void>;
}

/** This entry cannot be had or kept, such as one that somebody has meddled with; the cache is otherwise well. */
export class CacheRefusal extends Error {
    constructor(message: string, cause?: unknown) {
        super(message);
        this.name = "CacheRefusal";
        if (cause !== undefined) Object.defineProperty(this, "cause", { value: cause, configurable: true });
    }
}
