/**
 * In which way a question to the endpoint went wrong:
 * - `unreachable`: no connection, or it broke
 * - `timeout`: no whole answer in time
 * - `unauthorized`: the token is not accepted
 * - `redirected`: the endpoint points elsewhere; the token is not carried there
 * - `status`: some other status, such as 500, or a 404 that does not come from Bulkhead
 * - `garbled`: the answer is no tenant, or about another one
 * - `busy`: too many questions about unknown hosts are open already
 */
export type LookupFailureKind =
    | "unreachable"
    | "timeout"
    | "unauthorized"
    | "redirected"
    | "status"
    | "garbled"
    | "busy";

/** Why it could not be found out whose host it is. Never "there is no such tenant": that is an answer. */
export class LookupFailure extends Error {
    /** What went wrong. */
    readonly kind: LookupFailureKind;

    constructor(kind: LookupFailureKind, message: string, cause?: unknown) {
        super(message);
        this.name = "LookupFailure";
        this.kind = kind;
        if (cause !== undefined) Object.defineProperty(this, "cause", { value: cause, configurable: true });
    }
}
