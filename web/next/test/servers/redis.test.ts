import assert from "node:assert/strict";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { RedisTenantCache } from "../../src/node.js";
import type { RedisClientSettings, TenantMiddleware, Trouble } from "../../src/node.js";
import { eventually } from "../support/eventually.js";
import { FakeBulkhead, token } from "../support/fake-bulkhead.js";
import { kinds, middleware } from "../support/middleware.js";
import { client, connected } from "../support/redis-client.js";
import { passed, problem, request } from "../support/requests.js";
import { order } from "../support/servers.js";

const acme = request("acme.example.com");
const prefix = "bulkhead:next:tenant:";

/** A middleware as a process of its own would have it: with its own memory and its own connection. */
function replica(context: TestContext, bulkhead: FakeBulkhead, timeout = 3_000): { tenants: TenantMiddleware; troubles: Trouble[] } {
    const cache = new RedisTenantCache({ client, secret: token, timeout });
    context.after(() => cache.close());
    return middleware(bulkhead, { cache, cacheTimeout: 5_000 });
}

async function start(context: TestContext): Promise<FakeBulkhead> {
    const own = await connected();
    await own.flushAll();
    await own.disconnect();
    const bulkhead = await FakeBulkhead.start(context);
    bulkhead.tenant("acme", "active", "M\u00fcller \ud83c\udfe2");
    bulkhead.tenant("globex");
    return bulkhead;
}

test("replicas share what they find out", async (context) => {
    const bulkhead = await start(context);
    const first = await passed(replica(context, bulkhead).tenants, acme);
    const second = replica(context, bulkhead);
    const again = await passed(second.tenants, acme);
    assert.deepEqual(again.tenant, first.tenant);
    assert.equal(bulkhead.asked.length, 1);
    assert.deepEqual(second.troubles, []);
    const own = await connected();
    const ttl = await own.pTTL(prefix + "acme");
    assert(ttl > 3_590_000 && ttl <= 3_600_000, String(ttl));
    await own.disconnect();
});

test("a flushed Redis costs a question", async (context) => {
    const bulkhead = await start(context);
    await passed(replica(context, bulkhead).tenants, acme);
    const own = await connected();
    await own.flushAll();
    await own.disconnect();
    const { tenants, troubles } = replica(context, bulkhead);
    await passed(tenants, acme);
    assert.equal(bulkhead.asked.length, 2);
    assert.deepEqual(troubles, []);
});

test("poisoned values are not believed, and are put right", async (context) => {
    const bulkhead = await start(context);
    await passed(replica(context, bulkhead).tenants, acme);
    await passed(replica(context, bulkhead).tenants, request("globex.example.com"));
    const own = await connected();
    const sealed = (await own.get(prefix + "acme")) ?? "";
    const other = (await own.get(prefix + "globex")) ?? "";
    assert.match(sealed, /^[A-Za-z0-9_-]{43}\.\{/);
    const forged = JSON.stringify({ tenant: { id: bulkhead.id("globex"), name: "x", subdomain: "acme", status: "active" }, foundAt: Date.now(), lifetime: 5_000 });
    const poison = [other, forged, "x".repeat(43) + "." + forged, sealed.slice(0, 43) + "." + forged, "", "\0\xff", "null", "[]", "x".repeat(10_000_000)];
    for (const value of poison) {
        await own.set(prefix + "acme", value);
        const asked = bulkhead.asked.length;
        const { tenants, troubles } = replica(context, bulkhead);
        const { tenant } = await passed(tenants, acme);
        assert.equal(tenant.id, bulkhead.id("acme"), value.slice(0, 80));
        assert.equal(bulkhead.asked.length, asked + 1);
        assert.deepEqual(kinds(troubles), value === "" ? [] : ["cache"]);
        await passed(replica(context, bulkhead).tenants, acme);
        assert.equal(bulkhead.asked.length, asked + 1, "put right");
    }
    await own.flushAll();
    await own.lPush(prefix + "acme", "a list");
    const { tenants, troubles } = replica(context, bulkhead);
    await passed(tenants, acme);
    await passed(tenants, request("globex.example.com"));
    assert.equal(kinds(troubles).length, 1, "a key of another kind is put right, and the cache is used on");
    await own.disconnect();
});

test("an entry of another installation is none", async (context) => {
    const bulkhead = await start(context);
    const stranger = new RedisTenantCache({ client, secret: "another token" });
    const tenant = { id: bulkhead.id("globex"), name: "x", subdomain: "acme", status: "active" };
    await stranger.set("acme", { tenant, foundAt: Date.now(), lifetime: 5_000 }, 60_000);
    stranger.close();
    assert.equal((await passed(replica(context, bulkhead).tenants, acme)).tenant.id, bulkhead.id("acme"));
});

test("a Redis that is full keeps nothing, and requests do not mind", async (context) => {
    const bulkhead = await start(context);
    const own = await connected();
    await own.configSet("maxmemory", "1");
    try {
        const { tenants, troubles } = replica(context, bulkhead);
        await passed(tenants, acme);
        await passed(tenants, request("globex.example.com"));
        assert.deepEqual(kinds(troubles), ["cache", "cache"]);
        assert.equal(bulkhead.asked.length, 2);
    } finally {
        await own.configSet("maxmemory", "0");
        await own.disconnect();
    }
});

test("a Redis that hangs holds nobody up, and is used again when it goes on", { timeout: 60_000 }, async (context) => {
    const bulkhead = await start(context);
    const { tenants, troubles } = replica(context, bulkhead, 500);
    await passed(tenants, acme);
    assert.deepEqual(troubles, []);
    await order("redis pause");
    try {
        for (const name of ["one-1", "two-2", "three", "four-4", "five-5"]) bulkhead.tenant(name);
        const started = performance.now();
        for (const name of ["globex", "one-1", "two-2", "three", "four-4", "five-5"]) {
            await passed(tenants, request(`${name}.example.com`));
        }
        assert(performance.now() - started < 2_500, "only the first one waits for the deadline");
        assert.deepEqual(kinds(troubles), ["cache"]);
        await passed(replica(context, bulkhead, 500).tenants, acme);
    } finally {
        await order("redis resume");
    }
    await usedAgain(context, bulkhead, tenants);
});

test("a Redis that was killed is done without, and used again when it is back", { timeout: 60_000 }, async (context) => {
    const bulkhead = await start(context);
    const { tenants, troubles } = replica(context, bulkhead);
    await passed(tenants, acme);
    await order("redis stop");
    try {
        await passed(tenants, request("globex.example.com"));
        assert.deepEqual(kinds(troubles), ["cache"]);
        const fresh = replica(context, bulkhead);
        await passed(fresh.tenants, acme);
        assert.equal(await problem(fresh.tenants, request("nobody.example.com")), "404 tenant-not-found");
        assert.deepEqual(kinds(fresh.troubles), ["cache"]);
    } finally {
        await order("redis start");
    }
    await usedAgain(context, bulkhead, tenants);
});

/** Waits until a replica's findings reach another one. */
async function usedAgain(context: TestContext, bulkhead: FakeBulkhead, tenants: TenantMiddleware): Promise<void> {
    let count = 0;
    await eventually("Redis is used again", async () => {
        count += 1;
        bulkhead.tenant(`again-${count}`);
        const asked = request(`again-${count}.example.com`);
        await passed(tenants, asked);
        const before = bulkhead.asked.length;
        await passed(replica(context, bulkhead).tenants, asked);
        return bulkhead.asked.length === before;
    });
}

test("connections that were given up are closed", { timeout: 60_000 }, async (context) => {
    const bulkhead = await start(context);
    let made = 0;
    let open = 0;
    const counted = (settings: RedisClientSettings): ReturnType<typeof client> => {
        made += 1;
        open += 1;
        const one = client(settings);
        const disconnect = one.disconnect.bind(one);
        one.disconnect = () => {
            open -= 1;
            return disconnect();
        };
        return one;
    };
    const cache = new RedisTenantCache({ client: counted, secret: token, timeout: 50 });
    const { tenants } = middleware(bulkhead, { cache });
    await order("redis pause");
    try {
        let count = 0;
        await eventually("several connections were given up", async () => {
            count += 1;
            bulkhead.tenant(`many-${count}`);
            await passed(tenants, request(`many-${count}.example.com`));
            return made >= 3;
        });
        assert(open <= 1, `${open} of ${made} are open`);
    } finally {
        await order("redis resume");
    }
    cache.close();
    assert.equal(open, 0);
});
