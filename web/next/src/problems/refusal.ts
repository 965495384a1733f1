/** Why a request is not served: what becomes a page, or an RFC 9457 document. Everything in it is for strangers. */
export interface Refusal {
    /** The last part of the problem's `type`; what programs tell problems apart by. */
    readonly slug: string;
    /** The response's status. */
    readonly status: number;
    /** What kind of problem it is. */
    readonly title: string;
    /** What happened, and what to do about it. */
    readonly detail: string;
    /** After how many seconds another try makes sense; absent if nobody can tell. */
    readonly retryAfter?: number;
    /** Whether a person in a browser gets a page. */
    readonly isForPeople: boolean;
}
