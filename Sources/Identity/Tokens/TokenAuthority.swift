import Crypto
public import Foundation
import Synchronization

/// Issues and verifies access tokens: JWTs (RFC 7519) signed with Ed25519, of one type, one algorithm and one form.
///
/// The rules of RFC 8725 are met by leaving no choice: the algorithm is fixed, a key is only ever looked up by name
/// among ours, issuer, audience and type must be exactly those expected, and no member that is unknown is ignored.
/// All methods may be called from any thread at the same time; verifying takes some tenths of a millisecond at most, and
/// a token that was verified before about a microsecond: see ``TokenMemory``.
public final class TokenAuthority: Sendable {
    private struct Keys: Sendable {
        let set: SigningKeySet
        let byName: [String: SigningKey]
        let memory: TokenMemory

        init(_ set: SigningKeySet, memory: TokenMemory = TokenMemory()) {
            self.set = set
            self.byName = set.byName
            self.memory = memory
        }
    }

    private let issuer: String
    private let now: @Sendable () -> Date
    private let keys: Mutex<Keys>

    /// An authority.
    ///
    /// - Parameters:
    ///   - issuer: the `iss` claim: a name of this installation that no other has (staging must not be production),
    ///     in printable ASCII without `"` and `\`.
    ///   - keys: the keys in use.
    ///   - now: the clock; the system's unless a test turns it.
    public init(issuer: String, keys: SigningKeySet, now: @escaping @Sendable () -> Date = { Date() }) {
        self.issuer = issuer
        self.now = now
        self.keys = Mutex(Keys(keys))
    }

    /// Puts other keys into use; calls that are under way finish with the keys they began with.
    ///
    /// What was verified with keys that are in use no more, or shorter than was planned, is verified again.
    public func replace(with keys: SigningKeySet) {
        self.keys.withLock { old in
            old = old.set.verifiesLike(keys) ? Keys(keys, memory: old.memory) : Keys(keys)
        }
    }

    /// How many tokens need no check of their signature.
    var remembered: Int { self.keys.withLock { $0.memory }.count }

    /// The public keys, to be published.
    public var publicKeys: JSONWebKeySet { JSONWebKeySet(self.keys.withLock { $0.set }) }

    /// Makes a token.
    ///
    /// - Parameters:
    ///   - subject: whom it speaks for.
    ///   - audience: the host it is for, as ``verify(_:audience:)`` will be asked for it.
    ///   - lifetime: 1 s to 15 min; whole seconds.
    /// - Returns: the token and its lifetime in seconds.
    /// - Throws: ``IdentityError`` with ``IdentityError/Code/tokenRequest`` if a parameter is out of its range, or the
    ///   key set cannot sign.
    public func issue(
        _ subject: TokenSubject, audience: String, lifetime: Duration = .seconds(900)
    ) throws -> (token: String, expiresIn: Int) {
        let seconds = Int(lifetime.components.seconds)
        guard (1...TokenClaims.lifetimeLimit).contains(seconds) else {
            throw IdentityError(
                .tokenRequest, "a token lives 1 to \(TokenClaims.lifetimeLimit) seconds, not \(seconds)")
        }
        guard !audience.isEmpty, !self.issuer.isEmpty, FlatJSONObject.canHold(audience + self.issuer) else {
            throw IdentityError(.tokenRequest, "issuer and audience must be printable ASCII without quotes")
        }
        let key = self.keys.withLock { $0.set.current }
        guard let privateKey = key.privateKey else {
            throw IdentityError(.tokenRequest, "key \(key.kid) has no private half and cannot sign")
        }
        let now = Int(self.now().timeIntervalSince1970)
        let claims = TokenClaims(
            issuer: self.issuer, audience: audience, subject: subject, issuedAt: now, notBefore: now,
            expiresAt: now + seconds, id: UUID().uuidString.lowercased())
        let input = CompactToken.signingInput(keyID: key.kid, claims: claims.json)
        let signature = try privateKey.signature(for: Array(input.utf8))
        return (input + "." + UnpaddedBase64.url.encode(Array(signature)), seconds)
    }

    /// Checks everything about a token.
    ///
    /// - Parameter audience: the host that the request is for; the token must have been issued for exactly it.
    /// - Throws: ``TokenProblem``, the first thing that is wrong.
    public func verify(_ token: String, audience: String) throws(TokenProblem) -> VerifiedToken {
        try self.check(token, audience: audience)
    }

    /// Checks everything about a token except which host it is for; the caller must compare ``VerifiedToken/audience``.
    ///
    /// Tells a token that is worthless from one that is good elsewhere: the latter, at the wrong door, is an alarm.
    ///
    /// - Throws: ``TokenProblem``, the first thing that is wrong.
    public func inspect(_ token: String) throws(TokenProblem) -> VerifiedToken {
        try self.check(token, audience: nil)
    }

    private func check(_ text: String, audience: String?) throws(TokenProblem) -> VerifiedToken {
        let now = self.now()
        let keys = self.keys.withLock { $0 }
        // Texts are compared as Unicode does, to which some letters beyond ASCII are the same as others.
        guard text.utf8.allSatisfy({ $0 < 0x80 }) else { throw .malformed }
        if let token = keys.memory.token(text, at: now.timeIntervalSince1970) {
            if let audience, token.audience != audience { throw .audience }
            return token
        }
        let compact = try CompactToken(text)
        guard let key = keys.byName[compact.keyID] else { throw .unknownKey }
        if let retiresAt = key.retiresAt, retiresAt <= now { throw .unknownKey }
        guard key.publicKey.isValidSignature(compact.signature, for: compact.signed) else { throw .signature }
        let claims = try TokenClaims(compact.claims)
        try claims.check(issuer: self.issuer, audience: audience, now: now.timeIntervalSince1970)
        let token = VerifiedToken(
            subject: claims.subject, id: claims.id, audience: claims.audience,
            issuedAt: Date(timeIntervalSince1970: TimeInterval(claims.issuedAt)),
            expiresAt: Date(timeIntervalSince1970: TimeInterval(claims.expiresAt)))
        keys.memory.remember(claims.memoryEntry(of: token, until: key.retiresAt), for: text)
        return token
    }
}

extension TokenClaims {
    /// When a token with these claims is in date, by the same rules as ``check(issuer:audience:now:)``, and no longer than
    /// its key is in use.
    fileprivate func memoryEntry(of token: VerifiedToken, until retiresAt: Date?) -> TokenMemory.Entry {
        TokenMemory.Entry(
            token: token, validFrom: Double(max(self.notBefore, self.issuedAt) - Self.skew),
            validUntil: min(Double(self.expiresAt + Self.skew), retiresAt?.timeIntervalSince1970 ?? .infinity))
    }
}
