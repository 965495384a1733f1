public import Foundation
public import Tenancy

/// The installation's keys: makes, opens, rotates and retires them.
///
/// Rotation adds a key, which signs from then on; the ones before verify until somebody retires them, at the earliest
/// when all that they signed has expired (15 minutes for tokens, 30 seconds for contexts). So two are valid meanwhile.
public struct KeyRing: Sendable {
    private let seal: SecretSeal
    private let repository: any SealedKeyRepository
    private let now: @Sendable () -> Date

    /// A ring over stored keys.
    ///
    /// - Parameters:
    ///   - seal: the seal that the stored keys were made with.
    ///   - repository: where they are.
    ///   - now: the clock; the system's unless a test turns it.
    public init(
        seal: SecretSeal, repository: any SealedKeyRepository, now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.seal = seal
        self.repository = repository
        self.now = now
    }

    /// The keys for tokens; makes the first one if there is none.
    ///
    /// Read it again from time to time, and when a token names an unknown key: another process may have rotated.
    ///
    /// - Throws: ``IdentityError`` if a key does not open; what the repository throws.
    public func signingKeys() async throws -> SigningKeySet {
        let keys = try await self.keysInUse(.token).map(self.signingKey)
        guard let current = keys.first else { throw Self.noKey(.token) }
        return SigningKeySet(current: current, others: Array(keys.dropFirst()))
    }

    /// The keys for tenant contexts, the one to sign with first; makes the first one if there is none.
    ///
    /// - Throws: ``IdentityError`` if a key does not open; what the repository throws.
    public func contextKeys() async throws -> [ContextKey] {
        try await self.keysInUse(.context).map { key in
            let secret = try self.open(key)
            guard secret.count == 32 else { throw IdentityError(.keyUnreadable, "\(key) has not 32 bytes") }
            return ContextKey(kid: key.kid, secret: secret, createdAt: key.createdAt)
        }
    }

    /// Adds a key for tokens, which signs from now on.
    @discardableResult
    public func rotateSigningKey(by principal: Principal) async throws -> KeySummary {
        try await self.add(.token, by: principal)
    }

    /// Adds a key for tenant contexts, which signs from now on.
    @discardableResult
    public func rotateContextKey(by principal: Principal) async throws -> KeySummary {
        try await self.add(.context, by: principal)
    }

    /// Takes a key out of use: whatever it signed is refused from now on.
    ///
    /// - Throws: ``DomainError/notFound(_:)`` if there is no such key; ``DomainError/conflict(_:)`` if it is retired
    ///   already, or is the one that signs: rotate first.
    public func retire(kid: String, by principal: Principal) async throws {
        guard let key = try await self.list().first(where: { $0.kid == kid }) else { throw DomainError.notFound("key") }
        switch key.state {
        case .current:
            throw DomainError.conflict("Key \(kid) signs at present; rotate first, then retire it.")
        case .retired:
            throw DomainError.conflict("Key \(kid) is retired already.")
        case .verifying:
            try await self.repository.retire(kid: kid, by: principal)
        }
    }

    /// Every key there ever was: by purpose, then the newest first.
    public func list() async throws -> [KeySummary] {
        var summaries: [KeySummary] = []
        for purpose in KeyPurpose.allCases {
            var currentSeen = false
            for key in Self.newestFirst(try await self.repository.keys(purpose)) {
                let state: KeySummary.State =
                    key.retiredAt != nil ? .retired : currentSeen ? .verifying : .current
                currentSeen = currentSeen || state == .current
                summaries.append(
                    KeySummary(
                        kid: key.kid, purpose: purpose, state: state, createdAt: key.createdAt,
                        retiredAt: key.retiredAt))
            }
        }
        return summaries
    }
}

extension KeyRing {
    private func keysInUse(_ purpose: KeyPurpose) async throws -> [SealedKey] {
        var keys = try await self.repository.keys(purpose).filter { $0.retiredAt == nil }
        if keys.isEmpty {
            try await self.add(purpose, by: .system("keys"))
            // Another process may have made one at the same time: the store decides which is the newest.
            keys = try await self.repository.keys(purpose).filter { $0.retiredAt == nil }
        }
        return Self.newestFirst(keys)
    }

    @discardableResult
    private func add(_ purpose: KeyPurpose, by principal: Principal) async throws -> KeySummary {
        let kid = KeyName.random()
        // Whole microseconds, which is what a database gives back.
        let createdAt = Date(timeIntervalSince1970: (self.now().timeIntervalSince1970 * 1e6).rounded(.down) / 1e6)
        let material = Self.material(for: purpose, kid: kid)
        let key = SealedKey(
            kid: kid, purpose: purpose, publicKey: material.public,
            sealed: try self.seal.seal(material.secret, context: SealedKey.sealContext(purpose, kid)),
            createdAt: createdAt, retiredAt: nil)
        try await self.repository.add(key, by: principal)
        return KeySummary(kid: kid, purpose: purpose, state: .current, createdAt: createdAt, retiredAt: nil)
    }

    private static func material(for purpose: KeyPurpose, kid: String) -> (secret: [UInt8], public: [UInt8]?) {
        switch purpose {
        case .token:
            let pair = SigningKey.generate()
            return (pair.privateBytes ?? [], pair.publicBytes)
        case .context:
            return (RandomBytes.make(32), nil)
        }
    }

    private func signingKey(_ key: SealedKey) throws -> SigningKey {
        let pair = try SigningKey(
            kid: key.kid, privateKey: try self.open(key), createdAt: key.createdAt, retiresAt: key.retiredAt)
        // The public half lies in the open: were it believed, who can write it could sign.
        guard pair.publicBytes == key.publicKey else {
            throw IdentityError(.keyUnreadable, "\(key) has a public half that is not its own")
        }
        return pair
    }

    private func open(_ key: SealedKey) throws -> [UInt8] {
        try self.seal.open(key.sealed, context: SealedKey.sealContext(key.purpose, key.kid))
    }

    private static func newestFirst(_ keys: [SealedKey]) -> [SealedKey] {
        keys.sorted { ($0.createdAt, $0.kid) > ($1.createdAt, $1.kid) }
    }

    private static func noKey(_ purpose: KeyPurpose) -> IdentityError {
        IdentityError(.keyUnreadable, "the key store kept no \(purpose.rawValue) key")
    }
}
