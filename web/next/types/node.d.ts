// What the sources and tests use of Node.js, and nothing more. Its own type packages are not used: they differ from
// machine to machine, and would let anything into the sources that are meant for every runtime.

declare module "node:crypto" {
    interface Hmac {
        update(data: string): Hmac;
        digest(): Uint8Array;
        digest(encoding: "base64url"): string;
    }
    export function createHmac(algorithm: "sha256", key: string | Uint8Array): Hmac;
    export function timingSafeEqual(a: Uint8Array, b: Uint8Array): boolean;
}
