import { isReserved, requestIDHeader } from "../headers/tenant-headers.js";
import type { TenantDecision, TenantMiddleware } from "../middleware/decision.js";

/** What is used of the class `NextResponse` of `next/server`. */
export interface NextResponses<Result extends Response> {
    /** Goes on to the route, with other request headers, and adds response headers. */
    next(init?: { request?: { headers?: Headers }; headers?: HeadersInit }): Result;
    /** Shows another route in its place. */
    rewrite(
        destination: string | URL,
        init?: { request?: { headers?: Headers }; headers?: HeadersInit; status?: number },
    ): Result;
}

/** What is used of the class `NextRequest`, beside what it has as a `Request`. */
export interface NextRequestURL {
    /** The address, which knows about `basePath` and locales. */
    readonly nextUrl?: { clone(): URL };
}

/** A decision that lets the request pass. */
export type PassedRequest = Extract<TenantDecision, { kind: "continue" | "public" }>;

/**
 * Makes what Next.js calls its middleware (its proxy, from version 16).
 *
 * @param tenants - what `createTenantMiddleware` made.
 * @param responses - `NextResponse` of `next/server`.
 * @param then - more middleware, for requests that pass; what it returns is the answer. It may change `passed.headers`.
 *   If it returns `NextResponse.next()` or `.rewrite()`, the route sees the tenant's headers all the same, and none that
 *   the client forged.
 */
export function withTenant<Incoming extends Request & NextRequestURL, Result extends Response>(
    tenants: TenantMiddleware,
    responses: NextResponses<Result>,
    then?: (request: Incoming, passed: PassedRequest) => Promise<Response | undefined> | Response | undefined,
): (request: Incoming) => Promise<Response> {
    return async (request) => {
        const decision = await tenants(request);
        switch (decision.kind) {
            case "answer":
                return decision.response;
            case "rewrite":
                return responses.rewrite(within(request, decision.url), {
                    request: { headers: decision.headers },
                    headers: { ...decision.responseHeaders },
                    status: decision.status,
                });
            default: {
                const answer = await then?.(request, decision);
                if (answer !== undefined) return goingOn(answer, decision.headers);
                return responses.next({
                    request: { headers: decision.headers },
                    headers: { "x-request-id": decision.requestID },
                });
            }
        }
    };
}

const overridden = "x-middleware-override-headers";
const override = (name: string): string => `x-middleware-request-${name}`;

/**
 * An answer that lets the request go on, with what the middleware says of the tenant.
 *
 * Next.js carries the route's request headers in the answer: one header with their names, one more for each value.
 * Without them the route sees what the client sent.
 */
function goingOn(answer: Response, passed: Headers): Response {
    if (!answer.headers.has("x-middleware-next") && !answer.headers.has("x-middleware-rewrite")) return answer;
    const listed = answer.headers.get(overridden)?.split(",").map((name) => name.trim().toLowerCase());
    const isOurs = (name: string): boolean => isReserved(name) || name === requestIDHeader;
    for (const name of listed ?? []) if (isOurs(name)) answer.headers.delete(override(name));
    const names = (listed ?? []).filter((name) => name !== "" && !isOurs(name));
    passed.forEach((value, name) => {
        if (listed !== undefined && !isOurs(name)) return;
        names.push(name);
        answer.headers.set(override(name), value);
    });
    answer.headers.set(overridden, names.join(","));
    return answer;
}

/** The same page below the application's `basePath`. */
function within(request: NextRequestURL, page: URL): URL {
    const url = request.nextUrl?.clone();
    if (url === undefined) return page;
    url.pathname = page.pathname;
    url.search = page.search;
    return url;
}
