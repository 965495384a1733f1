import assert from "node:assert/strict";
import type { TenantDecision, TenantMiddleware } from "../../src/edge.js";

/** A request as a server gets it: the URL says nothing about the host. */
export function request(host: string | undefined, init: { path?: string; method?: string; headers?: HeadersInit } = {}): Request {
    const headers = new Headers(init.headers);
    if (host !== undefined) headers.set("host", host);
    return new Request(`http://localhost:3000${init.path ?? "/"}`, { method: init.method ?? "GET", headers });
}

/** What a browser says it would like. */
export const browser = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };

/** The decision over a request that must pass for a tenant. */
export async function passed(
    tenants: TenantMiddleware,
    asked: Request,
): Promise<Extract<TenantDecision, { kind: "continue" }>> {
    const decision = await tenants(asked);
    if (decision.kind !== "continue") assert.fail(`${decision.kind}: ${await describe(decision)}`);
    return decision;
}

/** The answer to a request that must be refused. */
export async function refused(tenants: TenantMiddleware, asked: Request): Promise<Response> {
    const decision = await tenants(asked);
    if (decision.kind !== "answer") assert.fail(decision.kind);
    return decision.response;
}

/** The status and the slug of the problem that a request must be refused with. */
export async function problem(tenants: TenantMiddleware, asked: Request): Promise<string> {
    const response = await refused(tenants, asked);
    const document = (await response.json()) as { type: string; status: number };
    assert.equal(document.status, response.status);
    return `${response.status} ${document.type.replace(/.*\//, "")}`;
}

async function describe(decision: TenantDecision): Promise<string> {
    return decision.kind === "answer" ? await decision.response.text() : "";
}
