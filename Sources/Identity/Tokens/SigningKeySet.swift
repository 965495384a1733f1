/// The keys in use: one that signs, and those that only verify until the tokens made with them have expired.
public struct SigningKeySet: Sendable {
    /// Signs new tokens.
    public let current: SigningKey
    /// Verify tokens that are in circulation.
    public let others: [SigningKey]

    /// A set with this signing key; the private halves of `others` are forgotten.
    public init(current: SigningKey, others: [SigningKey] = []) {
        self.current = current
        self.others = others.map(\.verifying)
    }

    /// Whether every token that one set accepts, now or later, the other accepts too.
    func verifiesLike(_ other: SigningKeySet) -> Bool {
        let (mine, theirs) = (self.byName, other.byName)
        return mine.count == theirs.count
            && mine.allSatisfy { kid, key in
                guard let their = theirs[kid] else { return false }
                return key.publicBytes == their.publicBytes && key.retiresAt == their.retiresAt
            }
    }

    /// All keys by name; a fixed map, the only place where a token's `kid` is looked up.
    var byName: [String: SigningKey] {
        Dictionary(([self.current] + self.others).map { ($0.kid, $0) }, uniquingKeysWith: { first, _ in first })
    }
}
