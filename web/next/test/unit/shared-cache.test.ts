import assert from "node:assert/strict";
import { test } from "node:test";
import { CacheRefusal } from "../../src/edge.js";
import type { CachedTenant, TenantCache } from "../../src/edge.js";
import { SealedEntry } from "../../src/cache/sealed-entry.js";
import { FakeBulkhead } from "../support/fake-bulkhead.js";
import { kinds, middleware } from "../support/middleware.js";
import { passed, problem, request } from "../support/requests.js";
import { TimeMachine } from "../support/time-machine.js";

const acme = request("acme.example.com");

/** A cache that keeps entries as they are, and can be told to fail. */
class MapCache implements TenantCache {
    readonly entries = new Map<string, CachedTenant>();
    readonly calls: string[] = [];
    failure: (() => Promise<never>) | undefined;

    async get(subdomain: string): Promise<CachedTenant | undefined> {
        this.calls.push("get");
        await this.failure?.();
        return this.entries.get(subdomain);
    }

    async set(subdomain: string, entry: CachedTenant): Promise<void> {
        this.calls.push("set");
        await this.failure?.();
        this.entries.set(subdomain, entry);
    }

    async delete(subdomain: string): Promise<void> {
        this.calls.push("delete");
        await this.failure?.();
        this.entries.delete(subdomain);
    }
}

test("what one process has found out, another does not ask for", async (context) => {
    const bulkhead = await FakeBulkhead.start(context);
    bulkhead.tenant("acme");
    const cache = new MapCache();
    await passed(middleware(bulkhead, { cache }).tenants, acme);
    await passed(middleware(bulkhead, { cache }).tenants, acme);
    assert.equal(bulkhead.asked.length, 1);
});

test("an entry's age counts from when it was found, however many hands it went through", async (context) => {
    const bulkhead = await FakeBulkhead.start(context);
    const time = new TimeMachine(context);
    bulkhead.tenant("acme");
    const cache = new MapCache();
    await passed(middleware(bulkhead, { cache, ttl: 30_000 }).tenants, acme);
    bulkhead.tenant("acme", "suspended");
    time.advance(29_000);
    const second = middleware(bulkhead, { cache, ttl: 30_000 }).tenants;
    await passed(second, acme);
    time.advance(1_001);
    assert.equal(await problem(second, acme), "403 tenant-suspended");
});

test("each process decides by its own ttl", async (context) => {
    const bulkhead = await FakeBulkhead.start(context);
    const time = new TimeMachine(context);
    bulkhead.tenant("acme");
    const cache = new MapCache();
    await passed(middleware(bulkhead, { cache, ttl: 30_000 }).tenants, acme);
    bulkhead.tenant("acme", "suspended");
    time.advance(3_000);
    assert.equal(await problem(middleware(bulkhead, { cache, ttl: 2_000 }).tenants, acme), "403 tenant-suspended");
});

test("an entry from the future is not believed", async (context) => {
    const bulkhead = await FakeBulkhead.start(context);
    bulkhead.tenant("acme", "suspended");
    const cache = new MapCache();
    const tenant = { id: bulkhead.id("acme"), name: "Acme", subdomain: "acme", status: "active" };
    for (const foundAt of [Date.now() + 60_000, NaN, Infinity]) {
        cache.entries.set("acme", { tenant, foundAt, lifetime: 5_000 });
        const { tenants } = middleware(bulkhead, { cache });
        assert.equal(await problem(tenants, acme), "403 tenant-suspended", String(foundAt));
    }
});

test("a new process serves known tenants from the cache while the endpoint is down", async (context) => {
    const bulkhead = await FakeBulkhead.start(context);
    const time = new TimeMachine(context);
    bulkhead.tenant("acme");
    const cache = new MapCache();
    await passed(middleware(bulkhead, { cache }).tenants, acme);
    await bulkhead.stop();
    time.advance(60_000);
    const { tenants, troubles } = middleware(bulkhead, { cache });
    await passed(tenants, acme);
    assert.deepEqual(kinds(troubles), ["stale unreachable"]);
    time.advance(3_600_000);
    assert.equal(await problem(tenants, acme), "503 directory-unavailable");
});

test("a deleted tenant leaves the cache", async (context) => {
    const bulkhead = await FakeBulkhead.start(context);
    const time = new TimeMachine(context);
    bulkhead.tenant("acme");
    const cache = new MapCache();
    const { tenants } = middleware(bulkhead, { cache });
    await passed(tenants, acme);
    bulkhead.remove("acme");
    time.advance(5_001);
    assert.equal(await problem(tenants, acme), "404 tenant-not-found");
    assert.equal(cache.entries.size, 0);
});

test("a cache that fails or hangs is not asked for a second, and no request fails", async (context) => {
    const failures: [() => Promise<never>, number][] = [
        [() => Promise.reject(new Error("no connection")), 1],
        [() => new Promise<never>(() => undefined), 1],
    ];
    for (const [failure, calls] of failures) {
        const bulkhead = await FakeBulkhead.start(context);
        bulkhead.tenant("acme");
        bulkhead.tenant("globex");
        const cache = new MapCache();
        cache.failure = failure;
        const { tenants, troubles } = middleware(bulkhead, { cache, cacheTimeout: 50 });
        await passed(tenants, acme);
        await passed(tenants, request("globex.example.com"));
        assert.equal(cache.calls.length, calls);
        assert.deepEqual(kinds(troubles), ["cache"]);
    }
});

test("a cache that refuses one entry is asked for the next", async (context) => {
    const bulkhead = await FakeBulkhead.start(context);
    bulkhead.tenant("acme");
    bulkhead.tenant("globex");
    const cache = new MapCache();
    cache.failure = () => Promise.reject(new CacheRefusal("meddled with"));
    const { tenants, troubles } = middleware(bulkhead, { cache });
    await passed(tenants, acme);
    await passed(tenants, request("globex.example.com"));
    assert.deepEqual(cache.calls, ["get", "set", "get", "set"]);
    assert.equal(troubles.length, 4);
});

test("a sealed entry opens for whom and for which subdomain it was made", () => {
    const tenant = { id: "018f0000-0000-7000-8000-000000000001", name: "M\u00fcller", subdomain: "acme", status: "active", version: 3 };
    const entry = { tenant, foundAt: 1_700_000_000_000, lifetime: 5_000 };
    const seal = new SealedEntry("secret");
    const text = seal.close(entry, "acme");
    assert.deepEqual(seal.open(text, "acme"), entry);
    assert.equal(new SealedEntry("secret2").open(text, "acme"), undefined);
    assert.equal(seal.open(text, "globex"), undefined);
    assert.equal(seal.open(seal.close(entry, "globex"), "globex"), undefined, "another tenant under this name");
    const moved = seal.close({ ...entry, tenant: { ...tenant, subdomain: "globex" } }, "acme");
    assert.equal(seal.open(moved, "globex"), undefined, "a seal for another key");
    assert.equal(seal.open(text.replace("active", "hidden"), "acme"), undefined);
    for (const bad of ["", ".", "{}", text.slice(0, -1), text + " ", text.slice(1), text.slice(44), "\u00e9" + text.slice(1), "x".repeat(40_000)]) {
        assert.equal(seal.open(bad, "acme"), undefined, bad.slice(0, 60));
    }
    const odd = { tenant, foundAt: "soon", lifetime: 1 } as unknown as CachedTenant;
    assert.equal(seal.open(seal.close(odd, "acme"), "acme"), undefined);
});
