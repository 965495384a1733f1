import { tenantFromHeaders } from "@bulkhead/next/edge";

// The middleware runs for /api too.
export function GET(request: Request): Response {
    const tenant = tenantFromHeaders(request.headers);
    if (tenant === undefined) return new Response(null, { status: 404 });
    return new Response(JSON.stringify(tenant), { headers: { "content-type": "application/json" } });
}
