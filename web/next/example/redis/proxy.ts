// In place of middleware.ts, where it runs on Node.js: Next.js 16, or `runtime: "nodejs"` from 15.5 on.
import { RedisTenantCache, createTenantMiddleware, withTenant } from "@bulkhead/next/node";
import { NextResponse } from "next/server";
import { createClient } from "redis";

const token = process.env["BULKHEAD_EDGE_TOKEN"] ?? "";
const url = process.env["REDIS_URL"] ?? "redis://127.0.0.1:6379";

const tenants = createTenantMiddleware({
    endpoint: process.env["BULKHEAD_ENDPOINT"] ?? "http://127.0.0.1:8080",
    token,
    baseDomain: process.env["BULKHEAD_BASE_DOMAIN"] ?? "localhost",
    cache: new RedisTenantCache({ client: (settings) => createClient({ ...settings, url }), secret: token }),
});

export const proxy = withTenant(tenants, NextResponse);

export const config = { matcher: ["/((?!_next/static|_next/image).*)"] };
