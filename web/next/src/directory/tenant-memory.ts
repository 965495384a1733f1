import { RecentMap } from "../cache/recent-map.js";
import type { Tenant } from "../tenants/tenant.js";

/** A tenant in this process's memory; times are those of `performance.now()`, which nobody can set back. */
export interface RememberedTenant {
    /** What the endpoint said. */
    readonly tenant: Tenant;
    /** When the question was sent. */
    readonly foundAt: number;
    /** For how many milliseconds from then it may be believed without asking again. */
    readonly lifetime: number;
    /** Until when the endpoint is not asked again, after it failed; 0 if the last question was answered. */
    readonly restsUntil: number;
}

/** How many hosts without a tenant are remembered. */
const maximumAbsent = 1_000;

/**
 * What this process has found out: tenants, and for a moment hosts that have none.
 *
 * The two are apart, so that somebody who tries names at random pushes no tenant out.
 */
export class TenantMemory {
    readonly #tenants: RecentMap<RememberedTenant>;
    readonly #absent = new RecentMap<number>(maximumAbsent);

    /** @param maximum - how many tenants are remembered. */
    constructor(maximum: number) {
        this.#tenants = new RecentMap(maximum);
    }

    /** What is remembered of a tenant, however old. */
    tenant(subdomain: string): RememberedTenant | undefined {
        return this.#tenants.get(subdomain);
    }

    /** Whether there was no such tenant a moment ago. */
    isAbsent(subdomain: string, now: number): boolean {
        const until = this.#absent.get(subdomain);
        return until !== undefined && now < until;
    }

    /** Remembers a tenant. */
    keep(subdomain: string, remembered: RememberedTenant): void {
        this.#absent.delete(subdomain);
        this.#tenants.set(subdomain, remembered);
    }

    /** Remembers that there is no such tenant. */
    keepAbsent(subdomain: string, until: number): void {
        this.#tenants.delete(subdomain);
        this.#absent.set(subdomain, until);
    }

    /** Forgets a tenant. */
    forget(subdomain: string): void {
        this.#tenants.delete(subdomain);
    }

    /** How many tenants and how many hosts without one are remembered. */
    get sizes(): { readonly tenants: number; readonly absent: number } {
        return { tenants: this.#tenants.size, absent: this.#absent.size };
    }
}
