/// What makes a repeated request the same request (IETF draft "The Idempotency-Key HTTP Header Field").
public struct IdempotencyKey: Sendable, Hashable {
    /// How long an answer is kept, in seconds: 24 hours.
    public static let lifetimeSeconds = 86_400

    /// Who asks; keys of others are other keys.
    public var principal: String
    /// What was asked for, with the ids in it: `POST /api/admin/tenants`.
    public var route: String
    /// What the client chose: 1-255 characters.
    public var key: String
    /// A hash of the request, 32 bytes: the same key with another request is a mistake.
    public var fingerprint: [UInt8]

    /// A key.
    public init(principal: String, route: String, key: String, fingerprint: [UInt8]) {
        self.principal = principal
        self.route = route
        self.key = key
        self.fingerprint = fingerprint
    }
}

/// An answer that is given again when the request is made again.
public struct StoredAnswer: Sendable, Hashable {
    /// The HTTP status.
    public var status: Int
    /// Header fields by lower-case name.
    public var headers: [String: String]
    /// The body.
    public var body: [UInt8]

    /// An answer.
    public init(status: Int, headers: [String: String], body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

/// A request that must have its effect once, however often it is made.
public struct IdempotentCall<Value: Sendable>: Sendable {
    /// What makes it the same request.
    public var key: IdempotencyKey
    /// The answer for what was done; stored in the transaction that does it.
    public var answer: @Sendable (Value) -> StoredAnswer

    /// A request.
    public init(key: IdempotencyKey, answer: @escaping @Sendable (Value) -> StoredAnswer) {
        self.key = key
        self.answer = answer
    }
}

/// What came of something that is done once.
public enum Once<Value: Sendable>: Sendable {
    /// It was done now.
    case done(Value)
    /// It had been done before, with this answer.
    case answered(StoredAnswer)
}
