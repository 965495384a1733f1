import { refusalPage } from "./refusal-page.js";
import type { Refusal } from "./refusal.js";

/** The headers that every answer to a refused request has. A tenant may be there a second later: never stored. */
export function refusalHeaders(refusal: Refusal, requestID: string): Record<string, string> {
    return {
        "cache-control": "no-store",
        "x-request-id": requestID,
        ...(refusal.retryAfter === undefined ? {} : { "retry-after": String(refusal.retryAfter) }),
    };
}

/** The answer to a refused request: a page of its own, or `application/problem+json` (RFC 9457). */
export function refusalResponse(refusal: Refusal, requestID: string, asPage: boolean): Response {
    const body = asPage ? refusalPage(refusal, requestID) : problemDocument(refusal, requestID);
    return new Response(body, {
        status: refusal.status,
        headers: {
            ...refusalHeaders(refusal, requestID),
            "content-type": asPage ? "text/html; charset=utf-8" : "application/problem+json",
            "x-content-type-options": "nosniff",
            ...(asPage ? { "content-security-policy": pagePolicy } : {}),
        },
    });
}

/** Nothing from anywhere, no script, and no style other than the page's own element. */
const pagePolicy =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

function problemDocument(refusal: Refusal, requestID: string): string {
    return JSON.stringify({
        type: `https://bulkhead.dev/problems/${refusal.slug}`,
        title: refusal.title,
        status: refusal.status,
        detail: refusal.detail,
        requestId: requestID,
    });
}
