/// What the design says that a request gets: sections 1 and 4 in a few lines, without a look at the code.
public enum MatrixOracle {
    /// The answer that is right.
    public static func answer(to request: MatrixCase, in world: MatrixWorld) -> MatrixAnswer {
        // Exactly one usable host (RFC 9112, section 3.2).
        if request.host.meaning == .unusable { return MatrixAnswer(400, "bad-host") }
        if request.host.meaning == .admin { return world.admin }
        // Where the request is going: the host and, from trusted peers, the headers. What is not there is 404.
        var named: Set<HeaderForm.Naming> = []
        switch request.host.meaning {
        case .a: named.insert(.a)
        case .b: named.insert(.b)
        case .absent: return MatrixAnswer(404, "tenant-not-found")
        default: break
        }
        if named.contains(.a), Self.isGone(request.status) { return MatrixAnswer(404, "tenant-not-found") }
        for naming in world.trustsPeer ? request.header.namings : [] {
            if naming == .garbage { return MatrixAnswer(400, "bad-request") }
            if naming == .absent || naming == .a && Self.isGone(request.status) {
                return MatrixAnswer(404, "tenant-not-found")
            }
            named.insert(naming)
        }
        if named.isEmpty { return world.nobody }
        // Whatever is present must agree, a verified token included.
        let claims: [TokenKind: HeaderForm.Naming] = [.ofA: .a, .ofB: .b]
        let all = named.union([claims[request.token]].compactMap(\.self))
        if all.count > 1 { return MatrixAnswer(403, "tenant-mismatch") }
        // The tenant's status, then who asks.
        return Self.refusal(named.contains(.a) ? request.status : "active", request.method)
            ?? (world.judgesTokens ? Self.refusal(of: request.token) : nil) ?? MatrixAnswer(200)
    }

    private static func isGone(_ status: String) -> Bool {
        ["deleting", "deleted", "purging", "purged"].contains(status)
    }

    private static func refusal(_ status: String, _ method: String) -> MatrixAnswer? {
        switch status {
        case "provisioning": return MatrixAnswer(503, "tenant-provisioning")
        case "maintenance": return MatrixAnswer(503, "tenant-maintenance")
        case "failed": return MatrixAnswer(503, "tenant-unavailable")
        case "suspended": return MatrixAnswer(403, "tenant-suspended")
        case "readOnly" where ["POST", "PUT", "DELETE"].contains(method): return MatrixAnswer(403, "tenant-read-only")
        default: return nil
        }
    }

    private static func refusal(of token: TokenKind) -> MatrixAnswer? {
        switch token {
        case .ofA, .ofB: return nil
        case .none: return MatrixAnswer(401, "token-required")
        case .expiredOfA: return MatrixAnswer(401, "token-expired")
        case .forgedOfA, .garbage, .ofAdmin: return MatrixAnswer(401, "token-invalid")
        }
    }
}
