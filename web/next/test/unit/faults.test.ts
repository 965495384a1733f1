import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeBulkhead } from "../support/fake-bulkhead.js";
import type { Fault } from "../support/fake-bulkhead.js";
import { kinds, middleware } from "../support/middleware.js";
import { passed, problem, refused, request } from "../support/requests.js";
import { TimeMachine } from "../support/time-machine.js";

const acme = request("acme.example.com");

/** What each fault is called in a report. */
const faults: [Fault | "down" | "wrong token", string][] = [
    ["down", "unreachable"],
    ["hang", "timeout"],
    ["slow body", "timeout"],
    ["cut", "unreachable"],
    ["500", "status"],
    ["wrong token", "unauthorized"],
    ["garbage", "garbled"],
    ["array", "garbled"],
    ["long", "garbled"],
    ["redirect", "redirected"],
    ["plain 404", "status"],
    ["other 404", "status"],
    ["other tenant", "garbled"],
    ["bad id", "garbled"],
];

async function begin(bulkhead: FakeBulkhead, fault: Fault | "down" | "wrong token"): Promise<void> {
    if (fault === "down") await bulkhead.stop();
    else if (fault === "wrong token") bulkhead.token = "another";
    else bulkhead.fault = fault;
}

async function end(bulkhead: FakeBulkhead, fault: Fault | "down" | "wrong token"): Promise<void> {
    if (fault === "down") await bulkhead.listen();
    bulkhead.fault = "none";
    bulkhead.token = undefined;
}

for (const [fault, kind] of faults) {
    test(`endpoint: ${fault}`, async (context) => {
        const bulkhead = await FakeBulkhead.start(context);
        const time = new TimeMachine(context);
        bulkhead.tenant("acme");
        bulkhead.tenant("globex");
        const { tenants, troubles } = middleware(bulkhead, kind === "timeout" ? { timeout: 800 } : {});
        const before = await passed(tenants, acme);

        await begin(bulkhead, fault);
        time.advance(5_001);
        const during = await passed(tenants, acme);
        assert.equal(during.tenant.id, before.tenant.id, "a known tenant is served on");
        const response = await refused(tenants, request("globex.example.com"));
        assert.equal(response.status, 503, "an unknown one is not, and not 404 either");
        assert.equal(response.headers.get("retry-after"), "5");
        assert.equal(response.headers.get("cache-control"), "no-store");
        assert.deepEqual(kinds(troubles), [`stale ${kind}`, `lookup ${kind}`]);
        assert.deepEqual(bulkhead.strayRequests, [], "the token went nowhere else");

        time.advance(3_600_000);
        assert.equal(await problem(tenants, acme), "503 directory-unavailable", "not for ever");

        await end(bulkhead, fault);
        await passed(tenants, acme);
        await passed(tenants, request("globex.example.com"));
    });
}

test("while the endpoint hangs, one request a second waits and the others do not", async (context) => {
    const bulkhead = await FakeBulkhead.start(context);
    const time = new TimeMachine(context);
    bulkhead.tenant("acme");
    const { tenants, troubles } = middleware(bulkhead, { timeout: 1_000 });
    await passed(tenants, acme);
    bulkhead.fault = "hang";
    time.advance(5_001);
    await passed(tenants, acme);
    const asked = bulkhead.asked.length;
    for (let count = 0; count < 100; count += 1) await passed(tenants, acme);
    assert.equal(bulkhead.asked.length, asked, "nobody asks right after a failure");
    time.advance(1_001);
    const waits = passed(tenants, acme);
    const started = performance.now();
    for (let count = 0; count < 100; count += 1) await passed(tenants, acme);
    assert(performance.now() - started < 800, "the others do not wait for the one that asks");
    await waits;
    assert.equal(bulkhead.asked.length, asked + 1);
    assert.deepEqual(kinds(troubles), ["stale timeout", "stale timeout"]);
    bulkhead.fault = "none";
    bulkhead.tenant("acme", "suspended");
    time.advance(1_001);
    assert.equal(await problem(tenants, acme), "403 tenant-suspended", "the first answer counts at once");
});

test("a tenant whose own answer is broken does not make others old", async (context) => {
    const bulkhead = await FakeBulkhead.start(context);
    const time = new TimeMachine(context);
    bulkhead.tenant("acme");
    bulkhead.tenant("globex");
    const { tenants } = middleware(bulkhead);
    await passed(tenants, acme);
    await passed(tenants, request("globex.example.com"));
    time.advance(5_001);
    bulkhead.fault = "garbage";
    await passed(tenants, acme);
    bulkhead.fault = "none";
    bulkhead.tenant("globex", "suspended");
    assert.equal(await problem(tenants, request("globex.example.com")), "403 tenant-suspended");
});

test("a suspended tenant stays suspended while the endpoint is down", async (context) => {
    const bulkhead = await FakeBulkhead.start(context);
    const time = new TimeMachine(context);
    bulkhead.tenant("acme", "suspended");
    const { tenants } = middleware(bulkhead);
    assert.equal(await problem(tenants, acme), "403 tenant-suspended");
    await bulkhead.stop();
    time.advance(60_000);
    assert.equal(await problem(tenants, acme), "403 tenant-suspended");
});

test("a tenant that was deleted does not come back when the endpoint goes", async (context) => {
    const bulkhead = await FakeBulkhead.start(context);
    const time = new TimeMachine(context);
    bulkhead.tenant("acme");
    const { tenants } = middleware(bulkhead);
    await passed(tenants, acme);
    bulkhead.remove("acme");
    time.advance(5_001);
    assert.equal(await problem(tenants, acme), "404 tenant-not-found");
    await bulkhead.stop();
    time.advance(1_001);
    assert.equal(await problem(tenants, acme), "503 directory-unavailable");
});

test("without staleIfError nothing old is served", async (context) => {
    const bulkhead = await FakeBulkhead.start(context);
    const time = new TimeMachine(context);
    bulkhead.tenant("acme");
    const { tenants } = middleware(bulkhead, { staleIfError: 0 });
    await passed(tenants, acme);
    await bulkhead.stop();
    await passed(tenants, acme);
    time.advance(5_001);
    assert.equal(await problem(tenants, acme), "503 directory-unavailable");
});

test("a report that throws harms no request", async (context) => {
    const bulkhead = await FakeBulkhead.start(context);
    bulkhead.fault = "500";
    const { tenants } = middleware(bulkhead, {
        onTrouble: () => {
            throw new Error("the log is full");
        },
    });
    assert.equal(await problem(tenants, acme), "503 directory-unavailable");
});

test("what is reported does not hold the token", async (context) => {
    const bulkhead = await FakeBulkhead.start(context);
    const { tenants, troubles } = middleware(bulkhead, { timeout: 1_000, token: "s3cret-token" });
    bulkhead.tenant("acme");
    for (const fault of ["500", "hang", "cut", "garbage", "redirect"] as const) {
        bulkhead.fault = fault;
        bulkhead.token = "s3cret-token";
        assert.equal(await problem(tenants, acme), "503 directory-unavailable");
    }
    assert.equal(troubles.length, 5);
    for (const trouble of troubles) {
        assert(trouble.kind !== "cache");
        const said = [trouble.error.message, trouble.error.stack, JSON.stringify(trouble.error), String((trouble.error as { cause?: unknown }).cause)];
        assert(!said.join("\n").includes("s3cret"), said.join("\n"));
    }
});
