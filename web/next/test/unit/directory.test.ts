import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "../support/eventually.js";
import { FakeBulkhead } from "../support/fake-bulkhead.js";
import { kinds, middleware } from "../support/middleware.js";
import { passed, problem, request } from "../support/requests.js";
import { TimeMachine } from "../support/time-machine.js";

const acme = request("acme.example.com");

test("a suspension takes effect when the answer is too old, not later", async (context) => {
    const bulkhead = await FakeBulkhead.start(context);
    const time = new TimeMachine(context);
    bulkhead.tenant("acme");
    const { tenants } = middleware(bulkhead, { ttl: 30_000 });
    await passed(tenants, acme);
    bulkhead.tenant("acme", "suspended");
    time.advance(29_000);
    await passed(tenants, acme);
    assert.equal(bulkhead.asked.length, 1);
    time.advance(1_001);
    assert.equal(await problem(tenants, acme), "403 tenant-suspended");
    assert.equal(bulkhead.asked.length, 2);
});

test("the server's max-age counts if it is shorter", async (context) => {
    const bulkhead = await FakeBulkhead.start(context);
    const time = new TimeMachine(context);
    bulkhead.tenant("acme");
    bulkhead.maxAge = 3;
    const { tenants } = middleware(bulkhead, { ttl: 30_000 });
    await passed(tenants, acme);
    time.advance(2_000);
    await passed(tenants, acme);
    assert.equal(bulkhead.asked.length, 1);
    time.advance(1_001);
    bulkhead.maxAge = 0;
    await passed(tenants, acme);
    await passed(tenants, acme);
    assert.equal(bulkhead.asked.length, 3, "0 is not kept at all");
    bulkhead.maxAge = 86_400;
    await passed(tenants, acme);
    time.advance(30_001);
    await passed(tenants, acme);
    assert.equal(bulkhead.asked.length, 5, "a longer one does not outlast ttl");
});

test("the end of maintenance shows within two seconds", async (context) => {
    const bulkhead = await FakeBulkhead.start(context);
    const time = new TimeMachine(context);
    bulkhead.tenant("acme", "maintenance");
    const { tenants } = middleware(bulkhead, { ttl: 30_000 });
    assert.equal(await problem(tenants, acme), "503 tenant-maintenance");
    bulkhead.tenant("acme");
    assert.equal(await problem(tenants, acme), "503 tenant-maintenance");
    assert.equal(bulkhead.asked.length, 1);
    time.advance(2_001);
    await passed(tenants, acme);
});

test("a tenant that was just made is not missing for longer than a second", async (context) => {
    const bulkhead = await FakeBulkhead.start(context);
    const time = new TimeMachine(context);
    const { tenants } = middleware(bulkhead);
    for (let count = 0; count < 5; count += 1) assert.equal(await problem(tenants, acme), "404 tenant-not-found");
    assert.equal(bulkhead.asked.length, 1);
    bulkhead.tenant("acme");
    time.advance(1_001);
    await passed(tenants, acme);
    bulkhead.remove("acme");
    time.advance(5_001);
    assert.equal(await problem(tenants, acme), "404 tenant-not-found");
});

test("many requests at once ask once", async (context) => {
    const bulkhead = await FakeBulkhead.start(context);
    bulkhead.tenant("acme");
    const { tenants } = middleware(bulkhead);
    const decisions = await Promise.all(
        Array.from({ length: 200 }, (_, index) => passed(tenants, request(index % 2 === 0 ? "acme.example.com" : "ACME.example.com.:80"))),
    );
    assert.deepEqual(bulkhead.asked, ["acme.example.com"]);
    decisions[0]?.headers.set("x-tenant-id", "changed");
    assert.equal(decisions[1]?.headers.get("x-tenant-id"), bulkhead.id("acme"), "nobody shares headers");
});

test("each of many tenants gets its own, whatever order the answers come in", async (context) => {
    const bulkhead = await FakeBulkhead.start(context);
    const time = new TimeMachine(context);
    const names = Array.from({ length: 40 }, (_, index) => `tenant-${index}`);
    for (const name of names) bulkhead.tenant(name);
    const { tenants } = middleware(bulkhead);
    for (let round = 0; round < 5; round += 1) {
        const shuffled = [...names].sort(() => Math.random() - 0.5);
        await Promise.all(
            shuffled.map(async (name) => {
                const { headers } = await passed(tenants, request(`${name}.example.com`));
                assert.equal(headers.get("x-tenant-subdomain"), name);
                assert.equal(headers.get("x-tenant-id"), bulkhead.id(name));
            }),
        );
        time.advance(6_000);
    }
});

test("tenants are forgotten in the order in which they were last seen", async (context) => {
    const bulkhead = await FakeBulkhead.start(context);
    for (const name of ["one-1", "two-2", "three"]) bulkhead.tenant(name);
    const { tenants } = middleware(bulkhead, { maximumEntries: 2 });
    for (const name of ["one-1", "two-2", "one-1", "three", "one-1", "two-2"]) {
        await passed(tenants, request(`${name}.example.com`));
    }
    const asked = bulkhead.asked.map((host) => host.replace(/\..*/, ""));
    assert.deepEqual(asked, ["one-1", "two-2", "three", "two-2"]);
});

test("names tried at random push no tenant out and keep nobody busy for ever", async (context) => {
    const bulkhead = await FakeBulkhead.start(context);
    bulkhead.tenant("acme");
    bulkhead.tenant("globex");
    const { tenants, troubles } = middleware(bulkhead, { maximumEntries: 2, maximumLookups: 8, ttl: 30_000 });
    await passed(tenants, acme);
    let open: () => void = () => undefined;
    bulkhead.gate = new Promise((resolve) => (open = resolve));
    const flood = Array.from({ length: 1_500 }, (_, index) => problem(tenants, request(`random-${index}.example.com`)));
    await passed(tenants, acme);
    assert.equal(await problem(tenants, request("globex.example.com")), "503 directory-unavailable");
    open();
    const answers = await Promise.all(flood);
    assert.equal(answers.filter((answer) => answer === "404 tenant-not-found").length, 8);
    assert.equal(answers.filter((answer) => answer === "503 directory-unavailable").length, 1_492);
    assert.equal(bulkhead.asked.length, 9);
    assert.equal(new Set(kinds(troubles)).size, 1);
    await passed(tenants, acme);
    await passed(tenants, request("globex.example.com"));
    assert.equal(bulkhead.asked.length, 10, "the tenant is still remembered");
});

test("a tenant that is known does not have to queue behind strangers", async (context) => {
    const bulkhead = await FakeBulkhead.start(context);
    const time = new TimeMachine(context);
    bulkhead.tenant("acme");
    const { tenants } = middleware(bulkhead, { maximumLookups: 1 });
    await passed(tenants, acme);
    time.advance(5_001);
    bulkhead.tenant("acme", "suspended");
    let open: () => void = () => undefined;
    bulkhead.gate = new Promise((resolve) => (open = resolve));
    const stranger = problem(tenants, request("stranger.example.com"));
    const known = problem(tenants, acme);
    open();
    assert.equal(await stranger, "404 tenant-not-found");
    assert.equal(await known, "403 tenant-suspended");
});

test("a server that has not heard of a change does not undo it", async (context) => {
    const bulkhead = await FakeBulkhead.start(context);
    const time = new TimeMachine(context);
    bulkhead.tenant("acme");
    bulkhead.tenant("acme", "suspended");
    const { tenants } = middleware(bulkhead);
    assert.equal(await problem(tenants, acme), "403 tenant-suspended");
    bulkhead.fallBehind("acme", "active");
    time.advance(5_001);
    assert.equal(await problem(tenants, acme), "403 tenant-suspended");
    time.advance(26_000);
    await passed(tenants, acme);
});

test("a change that happens while the answer is on its way is not missed for longer than that", async (context) => {
    const bulkhead = await FakeBulkhead.start(context);
    const time = new TimeMachine(context);
    bulkhead.tenant("acme");
    const { tenants } = middleware(bulkhead, { ttl: 5_000 });
    let open: () => void = () => undefined;
    bulkhead.gate = new Promise((resolve) => (open = resolve));
    const first = passed(tenants, acme);
    await eventually("the server is asked", () => bulkhead.asked.length === 1);
    time.advance(4_000);
    open();
    await first;
    bulkhead.tenant("acme", "suspended");
    time.advance(1_001);
    assert.equal(await problem(tenants, acme), "403 tenant-suspended");
});
