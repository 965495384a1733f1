import type { GuardedCache } from "../cache/guarded-cache.js";
import type { EdgeEndpoint, FoundTenant } from "../lookup/edge-endpoint.js";
import { LookupFailure } from "../lookup/lookup-failure.js";
import type { Tenant } from "../tenants/tenant.js";
import { TenantMemory } from "./tenant-memory.js";
import type { RememberedTenant } from "./tenant-memory.js";
import type { TroubleReport } from "./trouble.js";

/** For how long what is known is used without asking again, after the endpoint has failed; milliseconds. */
const restAfterFailure = 1_000;
/** For how long a tenant that is not served is believed to be like that; milliseconds. */
const refusedTTL = 2_000;
/** By how much the clock of another machine may run ahead of this one's; milliseconds. */
const clockTolerance = 1_000;

/** By how much one server may be behind another; milliseconds. */
const serverLag = 30_000;

/** How long what is found is believed, in milliseconds, and how much of it is kept. */
export interface TenantDirectoryLimits {
    readonly ttl: number;
    readonly notFoundTTL: number;
    readonly staleIfError: number;
    readonly maximumEntries: number;
    readonly maximumLookups: number;
}

/** Finds tenants: in this process's memory, in the shared cache, at the endpoint; in this order. */
export class TenantDirectory {
    readonly #endpoint: EdgeEndpoint;
    readonly #cache: GuardedCache;
    readonly #limits: TenantDirectoryLimits;
    readonly #report: TroubleReport;
    readonly #memory: TenantMemory;
    /** The questions that are open, by subdomain: many may wait for one answer. */
    readonly #flights = new Map<string, Promise<Tenant | undefined>>();
    /** How many of them are about tenants of whom nothing is remembered. */
    #strangers = 0;

    constructor(endpoint: EdgeEndpoint, cache: GuardedCache, limits: TenantDirectoryLimits, report: TroubleReport) {
        this.#endpoint = endpoint;
        this.#cache = cache;
        this.#limits = limits;
        this.#report = report;
        this.#memory = new TenantMemory(limits.maximumEntries);
    }

    /** How much is remembered, and how many questions are open. */
    get sizes(): { readonly tenants: number; readonly absent: number; readonly open: number } {
        return { ...this.#memory.sizes, open: this.#flights.size };
    }

    /**
     * The tenant of a host.
     *
     * @returns undefined if there is none.
     * @throws LookupFailure if it cannot be found out, and nothing is remembered that is not too old.
     */
    async find(host: string, subdomain: string): Promise<Tenant | undefined> {
        const now = performance.now();
        if (this.#memory.isAbsent(subdomain, now)) return undefined;
        const known = this.#memory.tenant(subdomain);
        if (known !== undefined && this.#suffices(known, now)) return known.tenant;
        return await (this.#flights.get(subdomain) ?? this.#start(host, subdomain, known));
    }

    /**
     * Whether to use what is remembered without waiting: because it is fresh, or because the endpoint has just failed
     * and somebody else is finding out whether it is back.
     */
    #suffices(known: RememberedTenant, now: number): boolean {
        const age = now - known.foundAt;
        if (this.#isFresh(known, now)) return true;
        if (age > this.#limits.staleIfError || known.restsUntil === 0) return false;
        return now < known.restsUntil || this.#flights.has(known.tenant.subdomain);
    }

    /** The end of maintenance, and of provisioning, is waited for by people: it shows sooner. */
    #isFresh(known: RememberedTenant, now: number): boolean {
        const { status } = known.tenant;
        const isServed = status === "active" || status === "readOnly";
        const most = isServed ? this.#limits.ttl : Math.min(this.#limits.ttl, refusedTTL);
        return now - known.foundAt < Math.min(known.lifetime, most);
    }

    #start(host: string, subdomain: string, known: RememberedTenant | undefined): Promise<Tenant | undefined> {
        if (known === undefined && this.#strangers >= this.#limits.maximumLookups) {
            const error = new LookupFailure("busy", "Too many questions about unknown hosts are open.");
            this.#report({ kind: "lookup", subdomain, error });
            return Promise.reject(error);
        }
        if (known === undefined) this.#strangers += 1;
        const flight = this.#fly(host, subdomain, known).finally(() => {
            this.#flights.delete(subdomain);
            if (known === undefined) this.#strangers -= 1;
        });
        this.#flights.set(subdomain, flight);
        return flight;
    }

    async #fly(host: string, subdomain: string, known: RememberedTenant | undefined): Promise<Tenant | undefined> {
        const best = newer(await this.#shared(subdomain), known);
        if (best !== undefined && this.#isFresh(best, performance.now())) {
            this.#memory.keep(subdomain, best);
            return best.tenant;
        }
        // Before asking: what changes while the answer is on its way counts from here.
        const asked = { now: performance.now(), wallTime: Date.now() };
        let found: FoundTenant | undefined;
        try {
            found = await this.#endpoint.find(host, subdomain);
        } catch (error) {
            return this.#makeDo(subdomain, best, error);
        }
        if (found === undefined) {
            this.#memory.keepAbsent(subdomain, asked.now + this.#limits.notFoundTTL);
            await this.#cache.delete(subdomain);
            return undefined;
        }
        const { tenant } = found;
        if (best !== undefined && isOvertaken(tenant, best, asked.now)) return best.tenant;
        const lifetime = Math.min(found.lifetime, this.#limits.ttl);
        this.#memory.keep(subdomain, { tenant, foundAt: asked.now, lifetime, restsUntil: 0 });
        const entry = { tenant, foundAt: asked.wallTime, lifetime };
        await this.#cache.set(subdomain, entry, Math.max(lifetime, this.#limits.staleIfError, 1));
        return tenant;
    }

    /** What the shared cache has, by this process's clock. */
    async #shared(subdomain: string): Promise<RememberedTenant | undefined> {
        const entry = await this.#cache.get(subdomain);
        if (entry === undefined) return undefined;
        const age = Date.now() - entry.foundAt;
        if (!(age >= -clockTolerance)) return undefined;
        const { tenant, lifetime } = entry;
        return { tenant, foundAt: performance.now() - Math.max(0, age), lifetime, restsUntil: 0 };
    }

    /** What is remembered is better than nothing, for a while. */
    #makeDo(subdomain: string, known: RememberedTenant | undefined, error: unknown): Tenant {
        if (!(error instanceof LookupFailure)) throw error;
        const now = performance.now();
        if (known === undefined || now - known.foundAt > this.#limits.staleIfError) {
            this.#memory.forget(subdomain);
            this.#report({ kind: "lookup", subdomain, error });
            throw error;
        }
        this.#memory.keep(subdomain, { ...known, restsUntil: now + restAfterFailure });
        this.#report({ kind: "stale", subdomain, age: now - known.foundAt, error });
        return known.tenant;
    }
}

function newer(a: RememberedTenant | undefined, b: RememberedTenant | undefined): RememberedTenant | undefined {
    if (a === undefined || b === undefined) return a ?? b;
    return a.foundAt >= b.foundAt ? a : b;
}

/** Whether an answer is older than what is known: servers do not learn of a change all at once. */
function isOvertaken(answer: Tenant, known: RememberedTenant, now: number): boolean {
    if (answer.id !== known.tenant.id || now - known.foundAt > serverLag) return false;
    return (answer.version ?? 0) < (known.tenant.version ?? 0);
}
