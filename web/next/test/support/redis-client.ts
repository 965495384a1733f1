import { createRequire } from "node:module";
import type { RedisClient, RedisClientSettings } from "../../src/node.js";
import { servers } from "./servers.js";

/** What the tests themselves use of a client. */
export interface TestRedisClient extends RedisClient {
    get(key: string): Promise<string | null>;
    set(key: string, value: string, options?: { PX: number }): Promise<unknown>;
    lPush(key: string, value: string): Promise<unknown>;
    flushAll(): Promise<unknown>;
    configSet(name: string, value: string): Promise<unknown>;
    pTTL(key: string): Promise<number>;
}

type CreateClient = (options: object) => TestRedisClient;

// As the package is CommonJS, and Debian's is found through NODE_PATH, which imports do not heed.
const { createClient } = createRequire(import.meta.url)("redis") as { createClient: CreateClient };

/** What is given to `RedisTenantCache`. */
export function client(settings: RedisClientSettings): RedisClient {
    return createClient({ ...settings, url: servers.redis });
}

/** A client of the test's own; to be disconnected. */
export async function connected(): Promise<TestRedisClient> {
    const own = createClient({ url: servers.redis });
    own.on("error", () => undefined);
    await own.connect();
    return own;
}
