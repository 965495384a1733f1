import assert from "node:assert/strict";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { createTenantMiddleware } from "../../src/edge.js";
import type { TenantMiddlewareOptions, Trouble } from "../../src/edge.js";
import { eventually } from "../support/eventually.js";
import { FrontEnd } from "../support/front-end.js";
import type { Answer } from "../support/front-end.js";
import { kinds } from "../support/middleware.js";
import { order, seeded, servers } from "../support/servers.js";

type Seen = { tenant: { id: string; name: string; subdomain: string } | null; headers: Record<string, string> };

async function frontEnd(
    context: TestContext,
    options: Partial<TenantMiddlewareOptions> = {},
): Promise<{ site: FrontEnd; troubles: Trouble[] }> {
    const troubles: Trouble[] = [];
    const tenants = createTenantMiddleware({
        endpoint: servers.endpoint,
        token: servers.token,
        baseDomain: servers.baseDomain,
        // On a busy machine even a good answer takes its time.
        timeout: 20_000,
        onTrouble: (trouble) => troubles.push(trouble),
        ...options,
    });
    return { site: await FrontEnd.start(context, tenants), troubles };
}

function host(subdomain: string): string {
    return `${subdomain}.${servers.baseDomain}`;
}

function seen(answer: Answer): Seen {
    assert.equal(answer.status, 200, answer.body);
    return JSON.parse(answer.body) as Seen;
}

function slug(answer: Answer): string {
    const { type } = JSON.parse(answer.body) as { type: string };
    return `${answer.status} ${type.replace(/.*\//, "")}`;
}

test("each tenant's host leads to it", async (context) => {
    const { site } = await frontEnd(context);
    for (const tenant of servers.tenants) {
        const { id, name, subdomain } = tenant;
        const page = seen(await site.get(host(subdomain)));
        assert.equal(page.tenant?.id, id);
        assert.equal(page.tenant?.name, name);
        assert.equal(page.headers["x-tenant-id"], id);
        assert.equal(page.headers["x-tenant-subdomain"], subdomain);
        assert.match(page.headers["x-tenant-name"] ?? "", /^[\x21-\x7e]+$/);
    }
});

test("every spelling of a host, and never another tenant", async (context) => {
    const { site } = await frontEnd(context);
    const { id } = seeded("acme");
    for (const spelling of [host("acme"), host("ACME").toUpperCase(), `${host("acme")}.`, `${host("acme")}:8443`, `${host("Acme")}.:1`]) {
        assert.equal(seen(await site.get(spelling)).tenant?.id, id, spelling);
    }
    for (const bad of ["[::1]", "[::1]:80", `${host("acme")}, ${host("globex")}`, `globex@${host("acme")}`, `${host("acme")}:99999`, `m\u00fcller.${servers.baseDomain}`, `${host("acme")}/`]) {
        assert.equal((await site.get(bad)).status, 400, bad);
    }
    for (const none of ["127.0.0.1", servers.baseDomain, host("admin"), host("nobody"), host("a.acme"), host("xn--acme"), `${host("acme")}.evil.test`]) {
        assert.equal(slug(await site.get(none)), "404 tenant-not-found", none);
    }
});

test("two hosts are refused, equal ones too; an absolute target does not choose", async (context) => {
    const { site } = await frontEnd(context);
    for (const second of [host("globex"), host("acme"), "admin"]) {
        const answer = await site.send(["GET / HTTP/1.1", `Host: ${host("acme")}`, `Host: ${second}`]);
        assert.equal(answer.status, 400, second);
    }
    const absolute = await site.send([`GET http://${host("globex")}/ HTTP/1.1`, `Host: ${host("acme")}`]);
    assert.equal(seen(absolute).tenant?.id, seeded("acme").id);
    assert.equal((await site.send(["GET / HTTP/1.0"])).status, 400);
});

test("forged headers choose nothing and do not arrive", async (context) => {
    const { site } = await frontEnd(context);
    const other = seeded("globex");
    const page = seen(
        await site.get(host("acme"), [
            `X-Tenant-ID: ${other.id}`, `x-tenant-id: ${other.id}`, "X-Tenant-Name: Globex", "X-TENANT-SUBDOMAIN: globex",
            `X_Tenant_Id: ${other.id}`, "X-Tenant-Role: admin", `X-Forwarded-Host: ${host("globex")}`, "X-Request-Id: <script>",
        ], "/api/things"),
    );
    assert.equal(page.tenant?.id, seeded("acme").id);
    assert(!JSON.stringify(page.headers).includes(other.id));
    assert.equal(page.headers["x-tenant-role"], undefined);
    assert.equal(page.headers["x-forwarded-host"], undefined);
    assert.match(page.headers["x-request-id"] ?? "", /^[0-9a-f]{32}$/);
});

test("a wrong token finds nobody, and is no 404", async (context) => {
    const { site, troubles } = await frontEnd(context, { token: "x".repeat(40) });
    assert.equal(slug(await site.get(host("acme"))), "503 directory-unavailable");
    assert.deepEqual(kinds(troubles), ["lookup unauthorized"]);
    const wrongPath = await frontEnd(context, { endpoint: `${servers.endpoint}/nowhere` });
    assert.equal(slug(await wrongPath.site.get(host("acme"))), "503 directory-unavailable");
    assert.equal(wrongPath.troubles.length, 1);
});

async function about(site: FrontEnd, subdomain: string, method = "GET"): Promise<string> {
    const answer = await site.get(host(subdomain), [], "/api/things", method);
    return answer.status === 200 ? "200" : slug(answer);
}

test("a suspension takes effect within 30 s, with the settings that nobody changed", { timeout: 120_000 }, async (context) => {
    const { site, troubles } = await frontEnd(context);
    assert.equal(await about(site, "initech"), "200");
    await order("tenant suspend initech");
    await eventually("suspended", async () => (await about(site, "initech")) === "403 tenant-suspended", 30);
    await order("tenant resume initech");
    await eventually("resumed", async () => (await about(site, "initech")) === "200", 30);
    assert.equal(seen(await site.get(host("acme"))).tenant?.id, seeded("acme").id);
    assert.deepEqual(troubles, []);
});

test("whatever an operator does to a tenant takes effect", { timeout: 200_000 }, async (context) => {
    const { site, troubles } = await frontEnd(context, { ttl: 100 });
    const changes: [string, string, string][] = [
        ["suspend", "403 tenant-suspended", "403 tenant-suspended"],
        ["resume", "200", "200"],
        ["maintenance", "503 tenant-maintenance", "503 tenant-maintenance"],
        ["resume", "200", "200"],
        ["read-only", "200", "403 tenant-read-only"],
        ["resume", "200", "200"],
    ];
    for (const [verb, read, write] of changes) {
        await order(`tenant ${verb} umbrella`);
        const isDone = async (): Promise<boolean> =>
            (await about(site, "umbrella")) === read && (await about(site, "umbrella", "POST")) === write;
        await eventually(verb, isDone, 30);
    }
    assert.deepEqual(troubles, []);
});

test("while Bulkhead hangs, known tenants are served, and all recovers by itself", { timeout: 120_000 }, async (context) => {
    const { site, troubles } = await frontEnd(context, { ttl: 50, timeout: 1_000 });
    const { id } = seeded("acme");
    assert.equal(seen(await site.get(host("acme"))).tenant?.id, id);
    await order("bulkhead pause");
    try {
        await eventually("the hanging is noticed", async () => {
            assert.equal(seen(await site.get(host("acme"))).tenant?.id, id);
            return troubles.length > 0;
        });
        assert.deepEqual(kinds(troubles.slice(0, 1)), ["stale timeout"]);
        assert.equal(slug(await site.get(host("globex"))), "503 directory-unavailable");
    } finally {
        await order("bulkhead resume");
    }
    await eventually("all is well", async () => (await site.get(host("globex"))).status === 200);
    assert.equal(seen(await site.get(host("globex"))).tenant?.id, seeded("globex").id);
});
