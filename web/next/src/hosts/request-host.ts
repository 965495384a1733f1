import { forwardedHostHeader } from "../headers/tenant-headers.js";
import { hostName } from "./host-name.js";

/**
 * The one host that a request names; undefined if it names none, two, or something that is none.
 *
 * From the header, not from the request's URL: behind a proxy that URL has the address of this process. Two fields
 * arrive joined by a comma, which no host name has.
 */
export function requestHost(headers: Headers, trustsForwardedHost: boolean): string | undefined {
    const forwarded = trustsForwardedHost ? headers.get(forwardedHostHeader) : null;
    const authority = forwarded ?? headers.get("host");
    return authority === null ? undefined : hostName(authority);
}
