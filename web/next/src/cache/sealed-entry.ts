import { createHmac, timingSafeEqual } from "node:crypto";
import { readTenant } from "../tenants/tenant.js";
import type { CachedTenant } from "./tenant-cache.js";

/** The length of a seal: 256 bits in base64url. */
const sealLength = 43;

/**
 * Entries as text that only those who know a secret can make: a seal, a dot, JSON.
 *
 * The seal (HMAC-SHA256, RFC 2104) covers the subdomain too, so that one tenant's entry cannot be put in another's
 * place. Somebody who can write to Redis can thus take entries away or bring old ones back, no more.
 */
export class SealedEntry {
    readonly #key: Uint8Array;

    constructor(secret: string) {
        // Not the secret itself: it opens doors elsewhere.
        this.#key = createHmac("sha256", secret).update("bulkhead/next: tenant cache, 1").digest();
    }

    /** The text for an entry. */
    close(entry: CachedTenant, subdomain: string): string {
        const json = JSON.stringify({ tenant: entry.tenant, foundAt: entry.foundAt, lifetime: entry.lifetime });
        return `${this.#seal(json, subdomain)}.${json}`;
    }

    /** The entry in a text; undefined if somebody else has made it, or for another subdomain. */
    open(text: string, subdomain: string): CachedTenant | undefined {
        const seal = text.slice(0, sealLength);
        const json = text.slice(sealLength + 1);
        if (text[sealLength] !== "." || !this.#isSealed(seal, json, subdomain)) return undefined;
        const value = JSON.parse(json) as { readonly [Name in keyof CachedTenant]?: unknown };
        const tenant = readTenant(value.tenant, subdomain);
        const { foundAt, lifetime } = value;
        if (tenant === undefined || typeof foundAt !== "number" || typeof lifetime !== "number") return undefined;
        return { tenant, foundAt, lifetime };
    }

    #isSealed(seal: string, json: string, subdomain: string): boolean {
        const encoder = new TextEncoder();
        const given = encoder.encode(seal);
        const right = encoder.encode(this.#seal(json, subdomain));
        return given.length === right.length && timingSafeEqual(given, right);
    }

    #seal(json: string, subdomain: string): string {
        return createHmac("sha256", this.#key).update(`${subdomain}\n${json}`).digest("base64url");
    }
}
