import { prefersHTML } from "../headers/accept.js";
import { refusalHeaders, refusalResponse } from "../problems/refusal-response.js";
import type { Refusal } from "../problems/refusal.js";
import type { TenantDecision } from "./decision.js";
import type { TenantPages } from "./options.js";

/** Which page belongs to which problem. */
const pageOf: Readonly<Record<string, keyof TenantPages>> = {
    "tenant-not-found": "notFound",
    "tenant-suspended": "suspended",
    "tenant-maintenance": "maintenance",
    "tenant-provisioning": "maintenance",
    "tenant-unavailable": "unavailable",
    "directory-unavailable": "unavailable",
};

/** How somebody learns that a request is refused: a page of the application, one of this package, or a document. */
export class RefusalRoute {
    readonly #pages: TenantPages;

    /** @throws TypeError if a page is no path. */
    constructor(pages: TenantPages) {
        for (const [name, path] of Object.entries(pages) as [string, unknown][]) {
            if (typeof path !== "string" || !/^\/(?![/\\])/.test(path)) {
                throw new TypeError(`pages.${name}: not a path that starts with one slash`);
            }
        }
        this.#pages = pages;
    }

    /** @param headers - those of the request, as the page shall see them. */
    decision(refusal: Refusal, request: Request, headers: Headers, requestID: string): TenantDecision {
        const url = new URL(request.url);
        const isForProgram = url.pathname === "/api" || url.pathname.startsWith("/api/");
        const asPage = refusal.isForPeople && !isForProgram && prefersHTML(request.headers.get("accept"));
        const name = pageOf[refusal.slug];
        const path = asPage && name !== undefined ? this.#pages[name] : undefined;
        if (path === undefined) {
            return { kind: "answer", response: refusalResponse(refusal, requestID, asPage), requestID };
        }
        return {
            kind: "rewrite",
            url: new URL(path, url),
            status: refusal.status,
            headers,
            responseHeaders: refusalHeaders(refusal, requestID),
            requestID,
        };
    }
}
