public import HTTPTypes

/// Names of header fields that this module knows beside the standard ones.
extension HTTPField.Name {
    /// Identifies a request in answers, logs and the audit trail.
    public static let requestID = HTTPField.Name("X-Request-Id")!
    /// A tenant's id, from a trusted proxy.
    public static let tenantID = HTTPField.Name("X-Tenant-ID")!
    /// A tenant's subdomain, from a trusted proxy.
    public static let tenantSubdomain = HTTPField.Name("X-Tenant-Subdomain")!
    /// The host that a client asked a proxy for; never evidence of a tenant.
    public static let forwardedHost = HTTPField.Name("X-Forwarded-Host")!
    /// The addresses that a request has passed, by proxies; the left part is hearsay.
    public static let forwardedFor = HTTPField.Name("X-Forwarded-For")!
    /// The same in a standard form (RFC 7239).
    public static let forwarded = HTTPField.Name("Forwarded")!
    /// The limits that apply (draft-ietf-httpapi-ratelimit-headers).
    public static let rateLimitPolicy = HTTPField.Name("RateLimit-Policy")!
    /// How much of the tightest is left.
    public static let rateLimit = HTTPField.Name("RateLimit")!
    /// How a client would like a request to be processed (RFC 7240).
    public static let prefer = HTTPField.Name("Prefer")!
    /// Which of the preferences were honoured (RFC 7240).
    public static let preferenceApplied = HTTPField.Name("Preference-Applied")!
    /// Makes a repeated request the same request; see ``IdempotencyKeyField``.
    public static let idempotencyKey = HTTPField.Name("Idempotency-Key")!
    /// That an answer is one that was given before.
    public static let idempotencyReplayed = HTTPField.Name("Idempotency-Replayed")!
    /// Relations to other resources (RFC 8288).
    public static let link = HTTPField.Name("Link")!
    package static let lastEventID = HTTPField.Name("Last-Event-ID")!
    package static let accelBuffering = HTTPField.Name("X-Accel-Buffering")!
    static let host = HTTPField.Name("Host")!
    static let referrerPolicy = HTTPField.Name("Referrer-Policy")!
}
