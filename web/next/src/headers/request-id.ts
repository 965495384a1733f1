/**
 * The id by which a request is found again: the one that came with it if it is harmless, else a new one.
 *
 * 1-128 characters that mean nothing in a header, a log line or a page. Two fields arrive joined by a comma, which is
 * not among them. New ids have 128 random bits as 32 hexadecimal digits, like those of Bulkhead's server.
 */
export function requestID(headers: Headers): string {
    const given = headers.get("x-request-id");
    return given !== null && /^[A-Za-z0-9._-]{1,128}$/.test(given) ? given : randomID();
}

function randomID(): string {
    const bytes = new Uint8Array(16);
    const source: Crypto | undefined = globalThis.crypto;
    // Node.js 18 has no global `crypto` outside of Next.js. An id is no secret, so any random number will do there.
    if (source === undefined) bytes.forEach((_, index) => (bytes[index] = Math.floor(Math.random() * 256)));
    else source.getRandomValues(bytes);
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
