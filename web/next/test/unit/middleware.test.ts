import assert from "node:assert/strict";
import { test } from "node:test";
import { createTenantMiddleware } from "../../src/edge.js";
import { FakeBulkhead, token } from "../support/fake-bulkhead.js";
import { middleware } from "../support/middleware.js";
import { browser, passed, problem, refused, request } from "../support/requests.js";

test("a tenant's request goes on with the tenant in its headers", async (context) => {
    const bulkhead = await FakeBulkhead.start(context);
    bulkhead.tenant("acme", "active", "M\u00fcller & Co");
    const { tenants } = middleware(bulkhead);
    const decision = await passed(tenants, request("acme.example.com", { headers: { cookie: "a=b", "x-request-id": "r1" } }));
    assert.equal(decision.tenant.id, bulkhead.id("acme"));
    assert.equal(decision.requestID, "r1");
    assert.deepEqual(Object.fromEntries(decision.headers), {
        cookie: "a=b",
        host: "acme.example.com",
        "x-request-id": "r1",
        "x-tenant-id": bulkhead.id("acme"),
        "x-tenant-name": "M%C3%BCller%20%26%20Co",
        "x-tenant-subdomain": "acme",
    });
});

test("forged headers neither arrive nor choose the tenant", async (context) => {
    const bulkhead = await FakeBulkhead.start(context);
    bulkhead.tenant("acme");
    bulkhead.tenant("globex");
    const { tenants } = middleware(bulkhead, { publicHosts: ["www.example.com"] });
    const forged = {
        "X-Tenant-ID": bulkhead.id("globex"), "x-tenant-name": "Globex", "x-tenant-subdomain": "globex",
        "x-tenant-role": "admin", x_tenant_id: bulkhead.id("globex"), "x-forwarded-host": "globex.example.com",
    };
    const { headers } = await passed(tenants, request("acme.example.com", { headers: forged }));
    assert.equal(headers.get("x-tenant-id"), bulkhead.id("acme"));
    assert.equal(headers.get("x-tenant-subdomain"), "acme");
    for (const name of ["x-tenant-role", "x_tenant_id", "x-forwarded-host"]) assert.equal(headers.get(name), null);
    const decision = await tenants(request("www.example.com", { headers: forged }));
    assert.equal(decision.kind, "public");
    assert(decision.kind === "public");
    assert.deepEqual([...decision.headers.keys()], ["host", "x-request-id"]);
});

test("all spellings of a host share one entry", async (context) => {
    const bulkhead = await FakeBulkhead.start(context);
    bulkhead.tenant("acme");
    const { tenants } = middleware(bulkhead);
    for (const host of ["acme.example.com", "ACME.example.com", "acme.example.com.", "acme.example.com:8443", "AcMe.Example.Com.:80"]) {
        assert.equal((await passed(tenants, request(host))).tenant.subdomain, "acme");
    }
    assert.deepEqual(bulkhead.asked, ["acme.example.com"]);
});

test("hosts that are none are refused, and nobody is asked", async (context) => {
    const bulkhead = await FakeBulkhead.start(context);
    bulkhead.tenant("acme");
    const { tenants } = middleware(bulkhead);
    const bad = ["[::1]:3000", "::1", "acme.example.com, globex.example.com", "user@acme.example.com", "acme.example.com:99999", "acme..example.com", "m\u00fcller.example.com", "acme.example.com/x", undefined];
    for (const host of bad) assert.equal(await problem(tenants, request(host)), "400 bad-host", String(host));
    const two = new Headers([["host", "acme.example.com"], ["host", "globex.example.com"]]);
    assert.equal(await problem(tenants, new Request("http://localhost/", { headers: two })), "400 bad-host");
    const same = new Headers([["host", "acme.example.com"], ["host", "acme.example.com"]]);
    assert.equal(await problem(tenants, new Request("http://localhost/", { headers: same })), "400 bad-host");
    for (const host of ["acme.example.org", "example.com", "127.0.0.1:3000", "xn--mller-kva.example.com", "a.b.example.com", "1ab.example.com"]) {
        assert.equal(await problem(tenants, request(host)), "404 tenant-not-found", host);
    }
    assert.deepEqual(bulkhead.asked, []);
});

test("x-forwarded-host counts where it is trusted, and only one", async (context) => {
    const bulkhead = await FakeBulkhead.start(context);
    bulkhead.tenant("acme");
    const { tenants } = middleware(bulkhead, { trustForwardedHost: true });
    const headers = { "x-forwarded-host": "acme.example.com" };
    const decision = await passed(tenants, request("10.0.0.7:3000", { headers }));
    assert.equal(decision.headers.get("x-forwarded-host"), "acme.example.com");
    const two = { "x-forwarded-host": "acme.example.com, globex.example.com" };
    assert.equal(await problem(tenants, request("acme.example.com", { headers: two })), "400 bad-host");
    assert.equal(await problem(tenants, request("acme.example.com", { headers: { "x-forwarded-host": "" } })), "400 bad-host");
    assert.equal((await passed(tenants, request("acme.example.com"))).tenant.subdomain, "acme");
});

const matrix: [string, string, string][] = [
    ["active", "GET", "pass"], ["active", "POST", "pass"],
    ["readOnly", "GET", "pass"], ["readOnly", "HEAD", "pass"], ["readOnly", "OPTIONS", "pass"],
    ["readOnly", "POST", "403 tenant-read-only"], ["readOnly", "DELETE", "403 tenant-read-only"], ["readOnly", "PATCH", "403 tenant-read-only"],
    ["suspended", "GET", "403 tenant-suspended"], ["suspended", "POST", "403 tenant-suspended"],
    ["maintenance", "GET", "503 tenant-maintenance"], ["provisioning", "GET", "503 tenant-provisioning"],
    ["failed", "GET", "503 tenant-unavailable"], ["hibernating", "GET", "503 tenant-unavailable"],
    ["deleting", "GET", "404 tenant-not-found"], ["deleted", "GET", "404 tenant-not-found"],
    ["purging", "GET", "404 tenant-not-found"], ["purged", "GET", "404 tenant-not-found"],
];

test("a tenant's status decides", async (context) => {
    const bulkhead = await FakeBulkhead.start(context);
    for (const [status, method, expected] of matrix) {
        bulkhead.tenant("acme", status);
        const { tenants } = middleware(bulkhead);
        const asked = request("acme.example.com", { method, path: "/api/things" });
        if (expected === "pass") await passed(tenants, asked);
        else assert.equal(await problem(tenants, asked), expected, `${status} ${method}`);
    }
    assert.equal(bulkhead.asked.length, matrix.length);
});

test("who has to wait is told how long, and nothing of it is stored", async (context) => {
    const bulkhead = await FakeBulkhead.start(context);
    for (const [status, seconds] of [["maintenance", "30"], ["provisioning", "2"], ["suspended", null]] as const) {
        bulkhead.tenant("acme", status);
        const response = await refused(middleware(bulkhead).tenants, request("acme.example.com", { headers: { "x-request-id": "r2" } }));
        assert.equal(response.headers.get("retry-after"), seconds);
        assert.equal(response.headers.get("cache-control"), "no-store");
        assert.equal(response.headers.get("x-request-id"), "r2");
        assert.equal(response.headers.get("content-type"), "application/problem+json");
        assert.equal(((await response.json()) as { requestId: string }).requestId, "r2");
    }
});

test("people get pages with the right status, and nothing that the request said", async (context) => {
    const bulkhead = await FakeBulkhead.start(context);
    bulkhead.tenant("acme", "suspended", "<script>alert(1)</script>");
    const { tenants } = middleware(bulkhead);
    const page = await refused(tenants, request("acme.example.com", { headers: browser, path: "/<script>" }));
    assert.equal(page.status, 403);
    assert.equal(page.headers.get("content-type"), "text/html; charset=utf-8");
    assert.match(page.headers.get("content-security-policy") ?? "", /default-src 'none'/);
    const text = await page.text();
    assert.match(text, /This account is suspended/);
    assert(!text.includes("<script"));
    const api = await refused(tenants, request("acme.example.com", { headers: browser, path: "/api/things" }));
    assert.equal(api.headers.get("content-type"), "application/problem+json");
    assert.equal((await refused(tenants, request("nobody.example.com", { headers: browser }))).status, 404);
});

test("pages of the application take the place of the built-in ones", async (context) => {
    const bulkhead = await FakeBulkhead.start(context);
    bulkhead.tenant("acme", "maintenance");
    const { tenants } = middleware(bulkhead, { pages: { notFound: "/tenant-not-found", maintenance: "/back-soon?x=1" } });
    const missing = await tenants(request("nobody.example.com", { headers: { ...browser, "x-tenant-id": "forged" }, path: "/a/b?c" }));
    assert(missing.kind === "rewrite");
    assert.equal(missing.url.href, "http://localhost:3000/tenant-not-found");
    assert.equal(missing.status, 404);
    assert.equal(missing.headers.get("x-tenant-id"), null);
    assert.equal(missing.responseHeaders["cache-control"], "no-store");
    const resting = await tenants(request("acme.example.com", { headers: browser }));
    assert(resting.kind === "rewrite");
    assert.equal(resting.url.href, "http://localhost:3000/back-soon?x=1");
    assert.equal(resting.status, 503);
    assert.equal(resting.responseHeaders["retry-after"], "30");
    assert.equal(await problem(tenants, request("nobody.example.com", { path: "/api/x", headers: browser })), "404 tenant-not-found");
    assert.equal(await problem(tenants, request("nobody.example.com")), "404 tenant-not-found");
});

test("/api is not skipped", async (context) => {
    const bulkhead = await FakeBulkhead.start(context);
    bulkhead.tenant("acme");
    const { tenants } = middleware(bulkhead);
    for (const path of ["/api", "/api/things", "/api/things.json", "/_next/data/x.json"]) {
        const { headers } = await passed(tenants, request("acme.example.com", { path, headers: { "x-tenant-id": "forged" } }));
        assert.equal(headers.get("x-tenant-id"), bulkhead.id("acme"), path);
    }
});

test("a read-only tenant lets people sign in where the application says how", async (context) => {
    const bulkhead = await FakeBulkhead.start(context);
    bulkhead.tenant("acme", "readOnly");
    const { tenants } = middleware(bulkhead, {
        allowsWriteWhenReadOnly: (asked) => new URL(asked.url).pathname === "/api/sign-in",
    });
    await passed(tenants, request("acme.example.com", { method: "POST", path: "/api/sign-in" }));
    assert.equal(await problem(tenants, request("acme.example.com", { method: "POST", path: "/api/x" })), "403 tenant-read-only");
});

test("options that cannot work are refused when the program starts", () => {
    const good = { endpoint: "https://admin.example.com", token, baseDomain: "example.com" };
    createTenantMiddleware(good);
    const bad = [
        { endpoint: "" }, { endpoint: "admin.example.com" }, { endpoint: "ftp://x" }, { endpoint: "https://a:b@example.com" },
        { token: "" }, { token: "a\nb" }, { token: "a b" }, { baseDomain: "" }, { publicHosts: ["x:1"] },
        { ttl: 30_001 }, { ttl: 0 }, { ttl: NaN }, { notFoundTTL: 2_001 }, { staleIfError: -1 }, { timeout: 1.5 },
        { maximumEntries: 0 }, { maximumLookups: 0 }, { cacheTimeout: 0 },
        { pages: { notFound: "//evil.test" } }, { pages: { notFound: "https://evil.test" } }, { pages: { suspended: "/\\evil" } },
    ];
    for (const options of bad) {
        let refused = false;
        try {
            createTenantMiddleware({ ...good, ...options });
        } catch (error) {
            refused = error instanceof TypeError || error instanceof RangeError;
        }
        assert(refused, JSON.stringify(options));
    }
});
