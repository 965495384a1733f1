import { hostName } from "./host-name.js";
import { isSubdomain } from "./subdomain.js";

/** What a host stands for: a tenant, a host of the application's own that has none, or nobody here. */
export type HostTarget =
    | { readonly kind: "tenant"; readonly subdomain: string; readonly host: string }
    | { readonly kind: "public" }
    | { readonly kind: "unknown" };

/** The domain under which the tenants' hosts lie, and the hosts beside them that belong to no tenant. */
export class BaseDomain {
    readonly #name: string;
    readonly #publicHosts: ReadonlySet<string>;

    /**
     * @param name - the domain, such as `example.com`; `localhost` in development.
     * @param publicHosts - hosts that have no tenant, such as `www.example.com`.
     * @throws TypeError if one of them is no host name, or has a port.
     */
    constructor(name: string, publicHosts: readonly string[]) {
        this.#name = plainName(name, "baseDomain");
        this.#publicHosts = new Set(publicHosts.map((host) => plainName(host, "publicHosts")));
    }

    /** What a request to a host is addressed to; the host as {@link hostName} gave it. */
    target(host: string): HostTarget {
        if (this.#publicHosts.has(host)) return { kind: "public" };
        if (!host.endsWith("." + this.#name)) return { kind: "unknown" };
        const label = host.slice(0, -this.#name.length - 1);
        return isSubdomain(label) ? { kind: "tenant", subdomain: label, host } : { kind: "unknown" };
    }
}

function plainName(text: string, option: string): string {
    const name = hostName(text);
    if (name === undefined || text.includes(":")) throw new TypeError(`${option}: not a host name without a port`);
    return name;
}
