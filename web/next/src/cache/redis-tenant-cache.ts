import { SealedEntry } from "./sealed-entry.js";
import { RedisConnection } from "./redis-connection.js";
import type { RedisClient, RedisClientSettings } from "./redis-connection.js";
import { CacheRefusal } from "./tenant-cache.js";
import type { CachedTenant, TenantCache } from "./tenant-cache.js";

/** What {@link RedisTenantCache} needs to know. */
export interface RedisTenantCacheOptions {
    /**
     * Makes a client of the package `redis`, with these settings and an address:
     * `(settings) => createClient({ ...settings, url: process.env.REDIS_URL })`.
     */
    readonly client: (settings: RedisClientSettings) => RedisClient;
    /** Seals the entries; the service token will do. Who does not know it can make no entry that is believed. */
    readonly secret: string;
    /** What the keys start with. Default: `bulkhead:next:tenant:`. */
    readonly prefix?: string;
    /** How long Redis may take, in milliseconds. Default: 100. */
    readonly timeout?: number;
}

/** No entry is longer than this; whatever is, is no entry. In bytes. */
const maximumBytes = 32_768;

/**
 * A cache in Redis, for processes on Node.js; the Edge runtime has no TCP.
 *
 * Redis may be slow, hang, lose everything or hold what somebody else put there: requests are served all the same.
 */
export class RedisTenantCache implements TenantCache {
    readonly #connection: RedisConnection;
    readonly #seal: SealedEntry;
    readonly #prefix: string;

    /** @throws TypeError if there is no secret. */
    constructor(options: RedisTenantCacheOptions) {
        if (options.secret === "") throw new TypeError("secret: empty");
        this.#connection = new RedisConnection(options.client, options.timeout ?? 100);
        this.#seal = new SealedEntry(options.secret);
        this.#prefix = options.prefix ?? "bulkhead:next:tenant:";
    }

    async get(subdomain: string): Promise<CachedTenant | undefined> {
        const text = await this.#run((client) => client.getRange(this.#prefix + subdomain, 0, maximumBytes));
        if (text === null || text === "") return undefined;
        const entry = this.#seal.open(text, subdomain);
        if (entry === undefined) throw new CacheRefusal("The value in Redis is not one that this program has put there.");
        return entry;
    }

    async set(subdomain: string, entry: CachedTenant, lifetime: number): Promise<void> {
        const text = this.#seal.close(entry, subdomain);
        await this.#run((client) => client.set(this.#prefix + subdomain, text, { PX: Math.ceil(lifetime) }));
    }

    async delete(subdomain: string): Promise<void> {
        await this.#run((client) => client.del(this.#prefix + subdomain));
    }

    /** Closes the connection, so that the process can end. */
    close(): void {
        this.#connection.close();
    }

    async #run<Value>(command: (client: RedisClient) => Promise<Value>): Promise<Value> {
        try {
            return await this.#connection.run(command);
        } catch (error) {
            // Redis is there and says no: wrong type, no memory, no permission. The next key may do better.
            if (this.#connection.isReady) throw new CacheRefusal("Redis refuses the command.", error);
            throw error;
        }
    }
}
