import type { Tenant } from "../tenants/tenant.js";

/** What to do with a request. */
export type TenantDecision =
    /** Serve it for this tenant, with these request headers in place of those that came. */
    | {
          readonly kind: "continue";
          readonly tenant: Tenant;
          readonly headers: Headers;
          readonly requestID: string;
      }
    /** Serve it for nobody: the host is one of the application's own. With these request headers. */
    | { readonly kind: "public"; readonly headers: Headers; readonly requestID: string }
    /** Show the page at this address in its place, with this status and these response headers. */
    | {
          readonly kind: "rewrite";
          readonly url: URL;
          readonly status: number;
          readonly headers: Headers;
          readonly responseHeaders: Readonly<Record<string, string>>;
          readonly requestID: string;
      }
    /** Answer with this, and go no further. */
    | { readonly kind: "answer"; readonly response: Response; readonly requestID: string };

/** Decides over a request; never throws because of what the request says, or because something is down. */
export type TenantMiddleware = (request: Request) => Promise<TenantDecision>;
