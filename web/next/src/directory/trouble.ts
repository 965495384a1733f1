import type { LookupFailure } from "../lookup/lookup-failure.js";

/**
 * Something that operators want to know:
 * - `stale`: the endpoint could not be asked, and a tenant is served as it was `age` milliseconds ago
 * - `lookup`: the endpoint could not be asked, and nothing is remembered: the request was answered with 503
 * - `cache`: the shared cache failed, was too slow, or held a value that nobody entitled has put there
 */
export type Trouble =
    | { readonly kind: "stale"; readonly subdomain: string; readonly age: number; readonly error: LookupFailure }
    | { readonly kind: "lookup"; readonly subdomain: string; readonly error: LookupFailure }
    | { readonly kind: "cache"; readonly subdomain: string; readonly error: unknown };

/** Is told of trouble; what it throws is ignored. */
export type TroubleReport = (trouble: Trouble) => void;
