import type { TroubleReport } from "../directory/trouble.js";
import { withinDeadline } from "./deadline.js";
import { CacheRefusal } from "./tenant-cache.js";
import type { CachedTenant, TenantCache } from "./tenant-cache.js";

/** For how long a cache that failed is left alone, in milliseconds. */
const rest = 1_000;

/**
 * A cache that may be slow, broken or absent, and makes nobody wait or fail because of it.
 *
 * What does not come within the deadline is a miss; a cache that fails is not asked for a second.
 */
export class GuardedCache {
    readonly #cache: TenantCache | undefined;
    readonly #deadline: number;
    readonly #report: TroubleReport;
    #restsUntil = -Infinity;

    /** @param deadline - in milliseconds. */
    constructor(cache: TenantCache | undefined, deadline: number, report: TroubleReport) {
        this.#cache = cache;
        this.#deadline = deadline;
        this.#report = report;
    }

    /** The entry of a subdomain, if it can be had. */
    async get(subdomain: string): Promise<CachedTenant | undefined> {
        return await this.#use(subdomain, (cache) => cache.get(subdomain));
    }

    /** Keeps an entry, if possible. */
    async set(subdomain: string, entry: CachedTenant, lifetime: number): Promise<void> {
        await this.#use(subdomain, (cache) => cache.set(subdomain, entry, lifetime));
    }

    /** Forgets an entry, if possible. */
    async delete(subdomain: string): Promise<void> {
        await this.#use(subdomain, (cache) => cache.delete(subdomain));
    }

    async #use<Value>(subdomain: string, body: (cache: TenantCache) => Promise<Value>): Promise<Value | undefined> {
        const cache = this.#cache;
        if (cache === undefined || performance.now() < this.#restsUntil) return undefined;
        try {
            return await withinDeadline(this.#deadline, () => body(cache));
        } catch (error) {
            if (!(error instanceof CacheRefusal)) this.#restsUntil = performance.now() + rest;
            this.#report({ kind: "cache", subdomain, error });
            return undefined;
        }
    }
}
