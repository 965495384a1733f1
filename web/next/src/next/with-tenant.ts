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
            default:
                return (
                    (await then?.(request, decision)) ??
                    responses.next({
                        request: { headers: decision.headers },
                        headers: { "x-request-id": decision.requestID },
                    })
                );
        }
    };
}

/** The same page below the application's `basePath`. */
function within(request: NextRequestURL, page: URL): URL {
    const url = request.nextUrl?.clone();
    if (url === undefined) return page;
    url.pathname = page.pathname;
    url.search = page.search;
    return url;
}
