import { createTenantMiddleware, withTenant } from "@bulkhead/next/edge";
import { NextResponse } from "next/server";

// One for the whole program: it remembers what it has found out.
const tenants = createTenantMiddleware({
    endpoint: process.env["BULKHEAD_ENDPOINT"] ?? "http://127.0.0.1:8080",
    token: process.env["BULKHEAD_EDGE_TOKEN"] ?? "",
    baseDomain: process.env["BULKHEAD_BASE_DOMAIN"] ?? "localhost",
    pages: { notFound: "/tenant-not-found" },
    onTrouble: (trouble) => console.warn("tenants:", trouble.kind, trouble.subdomain, String(trouble.error)),
});

// From Next.js 16 on, the file is called proxy.ts and this constant `proxy`.
export const middleware = withTenant(tenants, NextResponse);

// Everything but what is the same for all tenants. /api is not left out, nor are paths with a dot: where this does not
// run, x-tenant-id is whatever the client sent.
export const config = { matcher: ["/((?!_next/static|_next/image).*)"] };
