public import Identity
public import Tenancy
public import TenancyPostgres

/// The keys and tiers that a process works with: taken from the catalog, and again from time to time, so that a
/// rotation elsewhere needs no restart here.
public struct LiveKeys: Sendable {
    /// Makes, opens and retires keys.
    public let ring: KeyRing
    /// Tells the database which keys to accept.
    public let register: ContextKeyRegister
    /// Signs and verifies access tokens.
    public let tokens: TokenAuthority
    /// Signs tenant contexts.
    public let signer: ContextSigner
    /// The limits of the tiers.
    public let limits: TierLimits
    private let tiers: any TierRepository

    /// Reads everything for the first time; makes the first keys of a new installation.
    ///
    /// - Parameter issuer: what tokens say about where they come from.
    /// - Throws: `IdentityError` if the keys do not open; what the database throws.
    public static func load(
        seal: SecretSeal, databases: Databases, tiers: any TierRepository, issuer: String
    ) async throws -> LiveKeys {
        let ring = KeyRing(seal: seal, repository: PostgresSealedKeyRepository(client: databases.control))
        let register = ContextKeyRegister(client: databases.control)
        let contextKeys = try await ring.contextKeys()
        // Before anything is signed: the database refuses what it does not know.
        try await register.install(contextKeys)
        guard let signer = ContextSigner(keys: contextKeys) else { throw BootstrapError.noContextKey }
        let found = try await tiers.tiers()
        return LiveKeys(
            ring: ring, register: register, tokens: TokenAuthority(issuer: issuer, keys: try await ring.signingKeys()),
            signer: signer, limits: TierLimits(found.isEmpty ? Tier.builtIn : found), tiers: tiers)
    }

    /// Reads everything again.
    public func refresh() async throws {
        let contextKeys = try await self.ring.contextKeys()
        try await self.register.install(contextKeys)
        self.signer.replace(with: contextKeys)
        self.tokens.replace(with: try await self.ring.signingKeys())
        let tiers = try await self.tiers.tiers()
        if !tiers.isEmpty { self.limits.replace(with: tiers) }
    }
}
