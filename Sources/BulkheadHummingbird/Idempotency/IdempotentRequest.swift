import Crypto
public import Hummingbird
public import Tenancy

/// A request that carries an `Idempotency-Key`: whose it is, and what makes another one the same.
public struct IdempotentRequest: Sendable {
    /// Under which its answer is kept.
    public let key: IdempotencyKey

    /// Reads a request; nil if it carries no key.
    ///
    /// - Parameters:
    ///   - body: the request's body.
    ///   - principal: who asks; the same key of somebody else is another key.
    /// - Throws: as ``IdempotencyKeyField/read(from:)``.
    public init?(_ request: Request, body: ReceivedBody, principal: Principal) throws(ProblemDetails) {
        guard let key = try IdempotencyKeyField.read(from: request.headers) else { return nil }
        let path = request.head.path ?? ""
        self.key = IdempotencyKey(
            principal: principal.auditName, route: "\(request.method.rawValue) \(path.prefix { $0 != "?" })", key: key,
            fingerprint: Self.fingerprint(method: request.method.rawValue, path: path, body: body.bytes))
    }

    /// The call of a service whose result is told by `answer`.
    public func call<Value>(answer: @escaping @Sendable (Value) -> StoredAnswer) -> IdempotentCall<Value> {
        IdempotentCall(key: self.key, answer: answer)
    }

    /// SHA-256 over method, path with query, and body; neither of the first two can hold the line breaks between them.
    private static func fingerprint(method: String, path: String, body: [UInt8]) -> [UInt8] {
        var hash = SHA256()
        hash.update(data: Array("\(method)\n\(path)\n".utf8))
        hash.update(data: body)
        return Array(hash.finalize())
    }
}
