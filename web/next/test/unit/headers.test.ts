import assert from "node:assert/strict";
import { test } from "node:test";
import { tenantFromHeaders } from "../../src/edge.js";
import { prefersHTML } from "../../src/headers/accept.js";
import { requestID } from "../../src/headers/request-id.js";
import { setTenant, withoutForgedHeaders } from "../../src/headers/tenant-headers.js";

const tenant = { id: "018f0000-0000-7000-8000-000000000001", name: "Acme", subdomain: "acme", status: "active" };

test("nothing that only the middleware may say comes through from outside", () => {
    const forged = ["X-Tenant-ID", "x-tenant-name", "X-TENANT-SUBDOMAIN", "x-tenant-anything", "x-tenant", "x_tenant_id", "X-Tenant_ID", "x_tenant-id", "x-forwarded-host", "X_Forwarded_Host"];
    const headers = new Headers([...forged.map((name) => [name, "forged"] as [string, string]), ["cookie", "a=b"], ["x-tenants", "kept"], ["x-tenancy", "kept"]]);
    const clean = withoutForgedHeaders(headers, false);
    assert.deepEqual([...clean.keys()], ["cookie", "x-tenancy", "x-tenants"]);
    assert.equal(withoutForgedHeaders(headers, true).get("x-forwarded-host"), "forged");
    assert.equal(withoutForgedHeaders(headers, true).get("x-tenant-id"), null);
    assert.equal(headers.get("x-tenant-id"), "forged", "the request itself is left alone");
});

test("a request's id is kept only if it is harmless", () => {
    const kept = ["a", "A-b_c.9", "x".repeat(128)];
    for (const id of kept) assert.equal(requestID(new Headers({ "x-request-id": id })), id);
    for (const id of ["", "a b", "a,b", "a;b", "<b>", "a/b", "x".repeat(129), "\u00e9", "a=b"]) {
        assert.match(requestID(new Headers({ "x-request-id": id })), /^[0-9a-f]{32}$/);
    }
    const twice = new Headers([["x-request-id", "one"], ["x-request-id", "two"]]);
    assert.match(requestID(twice), /^[0-9a-f]{32}$/);
    const ids = new Set(Array.from({ length: 1_000 }, () => requestID(new Headers())));
    assert.equal(ids.size, 1_000);
});

test("ids are made without a global crypto too, as on Node.js 18", () => {
    const original = Object.getOwnPropertyDescriptor(globalThis, "crypto");
    Object.defineProperty(globalThis, "crypto", { value: undefined, configurable: true });
    try {
        const ids = new Set(Array.from({ length: 100 }, () => requestID(new Headers())));
        assert.equal(ids.size, 100);
        for (const id of ids) assert.match(id, /^[0-9a-f]{32}$/);
    } finally {
        if (original === undefined) Reflect.deleteProperty(globalThis, "crypto");
        else Object.defineProperty(globalThis, "crypto", original);
    }
});

test("any name survives the header", () => {
    const names = ["Acme", "M\u00fcller & S\u00f6hne GmbH", "\u4e09\u83f1 \ud83c\udfe2", "a%20b", "\"quoted\", comma; x=y", "100%", " padded "];
    for (const name of names) {
        const headers = new Headers();
        setTenant(headers, { ...tenant, name });
        assert.match(headers.get("x-tenant-name") ?? "", /^[\x21-\x7e]+$/);
        assert.deepEqual(tenantFromHeaders(headers), { id: tenant.id, name, subdomain: "acme", requestID: "" });
    }
    const headers = new Headers();
    setTenant(headers, { ...tenant, name: "line\r\nx-tenant-id: other \ud800 \udc00 half" });
    assert.equal(tenantFromHeaders(headers)?.name, "line\r\nx-tenant-id: other \ufffd \ufffd half");
});

test("headers that no middleware wrote are no tenant", () => {
    assert.equal(tenantFromHeaders(new Headers()), undefined);
    const good = { "x-tenant-id": tenant.id, "x-tenant-name": "Acme", "x-tenant-subdomain": "acme" };
    assert.equal(tenantFromHeaders(new Headers(good))?.id, tenant.id);
    assert.equal(tenantFromHeaders(new Headers({ ...good, "x-tenant-id": "acme" })), undefined);
    assert.equal(tenantFromHeaders(new Headers({ ...good, "x-tenant-id": `${tenant.id}, ${tenant.id}` })), undefined);
    assert.equal(tenantFromHeaders(new Headers({ ...good, "x-tenant-name": "100%" })), undefined);
});

test("browsers get pages, programs get documents", () => {
    for (const accept of ["text/html", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "application/json;q=0.5, text/html"]) {
        assert.equal(prefersHTML(accept), true, accept);
    }
    for (const accept of [null, "", "*/*", "application/json", "application/json, text/html;q=0.9", "text/html;q=0", "application/problem+json, text/html"]) {
        assert.equal(prefersHTML(accept), false, String(accept));
    }
});
