import assert from "node:assert/strict";
import { test } from "node:test";
import { withTenant } from "../../src/edge.js";
import type { NextResponses, PassedRequest } from "../../src/edge.js";
import { FakeBulkhead } from "../support/fake-bulkhead.js";
import { middleware } from "../support/middleware.js";
import { browser, request } from "../support/requests.js";

type Init = { request?: { headers?: Headers }; headers?: HeadersInit; status?: number };

/** A response that remembers how it was made; stands where `NextResponse` does. */
class Made extends Response {
    readonly what: string;
    readonly init: Init;

    constructor(what: string, init: Init = {}) {
        super(null, { status: init.status ?? 200, headers: init.headers ?? {} });
        this.what = what;
        this.init = init;
    }
}

const responses: NextResponses<Made> = {
    next: (init) => new Made("next", init),
    rewrite: (destination, init) => new Made(`rewrite ${String(destination)}`, init),
};

/** A request that knows that the application lies below `/shop`. */
class PlacedRequest extends Request {
    readonly nextUrl = {
        clone: (): URL => {
            const url = new URL(this.url);
            const set = Object.getOwnPropertyDescriptor(URL.prototype, "pathname")?.set;
            Object.defineProperty(url, "pathname", { set: (path: string) => set?.call(url, "/shop" + path) });
            return url;
        },
    };
}

test("a request that passes goes on with the tenant's headers and nothing forged", async (context) => {
    const bulkhead = await FakeBulkhead.start(context);
    bulkhead.tenant("acme");
    const handle = withTenant(middleware(bulkhead).tenants, responses);
    const made = await handle(request("acme.example.com", { headers: { "x-tenant-id": "forged", "x-tenant-x": "y", "x-request-id": "r7" } }));
    assert(made instanceof Made);
    assert.equal(made.what, "next");
    assert.equal(made.init.request?.headers?.get("x-tenant-id"), bulkhead.id("acme"));
    assert.equal(made.init.request?.headers?.get("x-tenant-x"), null);
    assert.equal(made.headers.get("x-request-id"), "r7");
    assert.equal(made.headers.get("x-tenant-id"), null, "the client is not told the tenant's id");
});

test("a refused request never reaches the application", async (context) => {
    const bulkhead = await FakeBulkhead.start(context);
    bulkhead.tenant("acme", "suspended");
    const handle = withTenant(middleware(bulkhead).tenants, responses, () => assert.fail("not to be called"));
    const answer = await handle(request("acme.example.com", { path: "/api/x" }));
    assert(!(answer instanceof Made));
    assert.equal(answer.status, 403);
    assert.equal((await handle(request("[::1]"))).status, 400);
});

test("an unknown host is rewritten to the page, below the base path", async (context) => {
    const bulkhead = await FakeBulkhead.start(context);
    const { tenants } = middleware(bulkhead, { pages: { notFound: "/tenant-not-found" } });
    const handle = withTenant(tenants, responses);
    const made = await handle(request("nobody.example.com", { path: "/a?b", headers: browser }));
    assert(made instanceof Made);
    assert.equal(made.what, "rewrite http://localhost:3000/tenant-not-found");
    assert.equal(made.status, 404);
    assert.equal(made.headers.get("cache-control"), "no-store");
    const placed = new PlacedRequest("http://localhost:3000/shop/a?b", { headers: { ...browser, host: "nobody.example.com" } });
    const below = await handle(placed);
    assert(below instanceof Made);
    assert.equal(below.what, "rewrite http://localhost:3000/shop/tenant-not-found");
});

/** The request headers that a route gets, as Next.js makes them of the middleware's answer. */
function routeHeaders(sent: Headers, answer: Response): Headers {
    const listed = answer.headers.get("x-middleware-override-headers");
    if (listed === null) return sent;
    const headers = new Headers();
    for (const name of listed.split(",")) {
        const value = answer.headers.get(`x-middleware-request-${name}`);
        if (value !== null) headers.set(name, value);
    }
    return headers;
}

test("what more middleware lets go on has the tenant's headers, whatever it says of them", async (context) => {
    const bulkhead = await FakeBulkhead.start(context);
    bulkhead.tenant("acme");
    const forged = { "x-tenant-id": "00000000-0000-4000-8000-000000000000", "x-tenant-x": "y", "x_tenant_id": "z", "x-own": "1" };
    const answers: [string, Headers][] = [
        ["without a word", new Headers({ "x-middleware-next": "1" })],
        ["rewritten", new Headers({ "x-middleware-rewrite": "/de" })],
        [
            "with what the client sent",
            new Headers({
                "x-middleware-next": "1",
                "x-middleware-override-headers": "x-own,x-tenant-id,x-tenant-x",
                "x-middleware-request-x-own": "2",
                "x-middleware-request-x-tenant-id": forged["x-tenant-id"],
                "x-middleware-request-x-tenant-x": "y",
            }),
        ],
    ];
    for (const [title, headers] of answers) {
        const sent = request("acme.example.com", { headers: forged });
        const handle = withTenant(middleware(bulkhead).tenants, responses, () => new Response(null, { headers }));
        const seen = routeHeaders(sent.headers, await handle(sent));
        assert.equal(seen.get("x-tenant-id"), bulkhead.id("acme"), title);
        assert.equal(seen.get("x-tenant-subdomain"), "acme", title);
        assert.equal(seen.get("x-tenant-x"), null, title);
        assert.equal(seen.get("x_tenant_id"), null, title);
        assert.equal(seen.get("x-own"), title === "with what the client sent" ? "2" : "1", title);
    }
    const handle = withTenant(middleware(bulkhead).tenants, responses, () => new Response("done"));
    assert.equal((await handle(request("acme.example.com"))).headers.get("x-middleware-override-headers"), null);
});

test("more middleware sees the tenant, and may answer or add headers", async (context) => {
    const bulkhead = await FakeBulkhead.start(context);
    bulkhead.tenant("acme");
    const seen: string[] = [];
    const handle = withTenant(
        middleware(bulkhead, { publicHosts: ["www.example.com"] }).tenants,
        responses,
        (asked: Request, passed: PassedRequest) => {
            seen.push(passed.kind === "continue" ? passed.tenant.subdomain : "public");
            if (asked.url.endsWith("/private")) return new Response(null, { status: 401 });
            passed.headers.set("x-locale", "de");
            return undefined;
        },
    );
    assert.equal((await handle(request("acme.example.com", { path: "/private" }))).status, 401);
    const made = await handle(request("www.example.com"));
    assert(made instanceof Made);
    assert.equal(made.init.request?.headers?.get("x-locale"), "de");
    assert.deepEqual(seen, ["acme", "public"]);
});
