/** What the labels of a host name may consist of; RFC 952 and the underscore that DNS itself does not mind. */
const label = /^[a-z0-9_-]{1,63}$/;

/**
 * The name in a request's `Host` or `:authority`, without its port; undefined if it is none.
 *
 * Upper case is folded and one final dot dropped, so that every spelling of a name is one name (RFC 4343). Anything
 * that is no plain name and port - user information, brackets, a second host behind a comma - is refused rather than
 * guessed at (RFC 9110, section 7.2). The same text gives the same name here and in Bulkhead's server.
 */
export function hostName(authority: string): string | undefined {
    // Before folding: U+212A, the Kelvin sign, is no `k`, and folding would make it one.
    if (!/^[\x21-\x7e]+$/.test(authority)) return undefined;
    const colon = authority.indexOf(":");
    if (colon >= 0 && !isPort(authority.slice(colon + 1))) return undefined;
    let name = (colon < 0 ? authority : authority.slice(0, colon)).toLowerCase();
    if (name.endsWith(".")) name = name.slice(0, -1);
    if (name.length < 1 || name.length > 253) return undefined;
    return name.split(".").every((part) => label.test(part)) ? name : undefined;
}

function isPort(text: string): boolean {
    return /^[0-9]{1,5}$/.test(text) && Number(text) <= 65_535;
}
