import { readTenant } from "../tenants/tenant.js";
import type { Tenant } from "../tenants/tenant.js";
import { limitedText } from "./limited-body.js";
import { LookupFailure } from "./lookup-failure.js";

/** What {@link EdgeEndpoint} needs to know. */
export interface EdgeEndpointOptions {
    /** Where Bulkhead answers, such as `https://admin.example.com`. */
    readonly endpoint: string;
    /** The service token: names of tenants are nobody else's business. */
    readonly token: string;
    /** How long one question may take, in milliseconds, its body and a second try included. */
    readonly timeout: number;
    /** How to ask. */
    readonly fetch: typeof fetch;
}

/** What the endpoint said about a tenant. */
export interface FoundTenant {
    /** The tenant. */
    readonly tenant: Tenant;
    /** For how many milliseconds the server vouches for it (`max-age`); Infinity if it does not say. */
    readonly lifetime: number;
}

/** Bulkhead's `GET /api/edge/tenants?host=`. */
export class EdgeEndpoint {
    readonly #url: URL;
    readonly #options: EdgeEndpointOptions;

    /** @throws TypeError if the address or the token cannot be used. */
    constructor(options: EdgeEndpointOptions) {
        this.#url = edgeURL(options.endpoint);
        if (!/^[\x21-\x7e]+$/.test(options.token)) throw new TypeError("token: empty, or not fit for a header");
        this.#options = options;
    }

    /**
     * Asks whose host it is.
     *
     * @param subdomain - the label in it; an answer about another one is none.
     * @returns undefined if there is no such tenant.
     * @throws LookupFailure if it cannot be found out.
     */
    async find(host: string, subdomain: string): Promise<FoundTenant | undefined> {
        const control = new AbortController();
        const timer = setTimeout(() => control.abort(), this.#options.timeout);
        try {
            return await this.#ask(host, subdomain, control.signal).catch((error: unknown) => {
                // A connection that was kept may have been closed in this moment: asked again, once. Asking is safe.
                if (!isUnreachable(error)) throw error;
                return this.#ask(host, subdomain, control.signal);
            });
        } finally {
            clearTimeout(timer);
        }
    }

    async #ask(host: string, subdomain: string, signal: AbortSignal): Promise<FoundTenant | undefined> {
        const url = new URL(this.#url);
        url.searchParams.set("host", host);
        try {
            const response = await this.#options.fetch(url, {
                headers: { authorization: `Bearer ${this.#options.token}`, accept: "application/json" },
                // The token goes to the endpoint and nowhere else.
                redirect: "manual",
                // Next.js has a cache of its own around fetch.
                cache: "no-store",
                signal,
            });
            return await read(response, subdomain);
        } catch (error) {
            if (error instanceof LookupFailure) throw error;
            if (signal.aborted) {
                throw new LookupFailure("timeout", `No answer within ${this.#options.timeout} ms.`, error);
            }
            throw new LookupFailure("unreachable", "The endpoint cannot be reached.", error);
        }
    }
}

function edgeURL(endpoint: string): URL {
    let url: URL;
    try {
        url = new URL(endpoint);
    } catch {
        throw new TypeError("endpoint: not a URL");
    }
    if (url.protocol !== "https:" && url.protocol !== "http:") throw new TypeError("endpoint: not http or https");
    if (url.username !== "" || url.password !== "") throw new TypeError("endpoint: holds a password; use the token");
    url.pathname = url.pathname.replace(/\/*$/, "/api/edge/tenants");
    url.search = "";
    url.hash = "";
    return url;
}

function isUnreachable(error: unknown): boolean {
    return error instanceof LookupFailure && error.kind === "unreachable";
}

async function read(response: Response, subdomain: string): Promise<FoundTenant | undefined> {
    if (response.status === 200) {
        const tenant = readTenant(json(await limitedText(response)), subdomain);
        if (tenant === undefined) throw new LookupFailure("garbled", "The answer of the endpoint is not this tenant.");
        return { tenant, lifetime: lifetimeOf(response) };
    }
    if (response.status === 404 && (await saysNotFound(response))) return undefined;
    // An unread body would keep the connection from being used again.
    response.body?.cancel().catch(() => undefined);
    throw failure(response);
}

function lifetimeOf(response: Response): number {
    const seconds = /(?:^|[\s,])max-age=([0-9]{1,9})(?=[\s,]|$)/.exec(response.headers.get("cache-control") ?? "");
    return seconds === null ? Infinity : Number(seconds[1]) * 1_000;
}

/**
 * Whether this is about the host that was asked for. The 404 of a proxy, of a wrong address, or Bulkhead's own
 * `tenant-not-found` about the host in the endpoint's address must not take all tenants down.
 */
async function saysNotFound(response: Response): Promise<boolean> {
    if (response.headers.get("content-type")?.split(";")[0]?.trim() !== "application/problem+json") return false;
    const problem = json(await limitedText(response)) as { readonly type?: unknown } | null | undefined;
    const type = problem?.type;
    return typeof type === "string" && type.endsWith("/host-unknown");
}

function json(text: string): unknown {
    try {
        return JSON.parse(text);
    } catch {
        // Whoever asked for a value of a certain shape finds that this is not it.
        return undefined;
    }
}

function failure(response: Response): LookupFailure {
    const { status } = response;
    if (status === 401 || status === 403) {
        return new LookupFailure("unauthorized", `The endpoint does not accept the token (status ${status}).`);
    }
    // A status of 0 is what a browser's fetch makes of a redirection that it does not follow.
    if (status === 0 || (status >= 300 && status < 400)) {
        return new LookupFailure("redirected", "The endpoint redirects; give its final address.");
    }
    return new LookupFailure("status", `The endpoint answered with status ${status}.`);
}
