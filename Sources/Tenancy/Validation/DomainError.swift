public import struct Foundation.Date

/// Why an operation was refused, in terms that every interface can translate: HTTP, the command line, a job.
public enum DomainError: Error, Sendable, Equatable {
    /// There is no such thing, or the caller may not know of it. The text names the kind: `tenant`, `client`.
    case notFound(String)
    /// Another record holds the name. `field` is a JSON Pointer.
    case taken(field: String, detail: String)
    /// The name had another owner, and nobody gets it before this time. `field` is a JSON Pointer.
    case reserved(field: String, detail: String, until: Date)
    /// The thing is not in a state for this. The text says what state and what to do.
    case conflict(String)
    /// The row has changed since the caller read it (RFC 9110, section 13.1.1).
    case preconditionFailed
    /// The credentials are wrong, or the account may not sign in; deliberately does not say which.
    case badCredentials
    /// A single-use link was used, replaced, or has expired.
    case linkGone
    /// The principal is known and may not do this.
    case forbidden(String)
    /// An idempotency key came with another request than the first time.
    case idempotencyKeyReused
    /// Too much at once; worth another try after so many seconds.
    case busy(retryAfterSeconds: Int)
    /// Too many attempts at something that is guessed: a password, a link. Names the limit: `account` or `address`; says
    /// nothing about whether there is such an account.
    case tooManyAttempts(limit: String, retryAfterSeconds: Int)
    /// Somebody else is at the thing for a moment, and nothing was changed. The text says who, and what to do; worth
    /// another try after so many seconds.
    case heldUp(String, retryAfterSeconds: Int)
}
