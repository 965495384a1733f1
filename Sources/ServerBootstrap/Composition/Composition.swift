public import ControlPlane
public import Identity
public import Logging
import Postgres
import Tenancy
public import TenancyPostgres

/// An installation put together: every port of the domain with the code that serves it.
///
/// The only place where concrete types meet. Everything here is made once a process.
public struct Composition: Sendable {
    /// What it was made from.
    public let configuration: ServerConfiguration
    /// The clients; somebody has to run them.
    public let databases: Databases
    /// Keys and tiers in memory.
    public let keys: LiveKeys
    /// The door to tenants' rows.
    public let tenantDatabase: TenantDatabase
    /// The catalog's tenants.
    public let tenants: PostgresTenantRepository
    /// The catalog's tiers.
    public let tiers: PostgresTierRepository
    /// The catalog's administrators.
    public let admins: PostgresAdminRepository
    /// The catalog's audit trail.
    public let audit: PostgresAuditTrail
    /// Finds tenants for requests.
    public let directory: RememberingTenantDirectory
    /// Tenants' members.
    public let members: PostgresMemberRepository
    /// Tenants' clients.
    public let clients: PostgresClientRepository
    /// Makes tenants.
    public let provisioner: PostgresTenantProvisioner
    /// What tenants' schemas are made of.
    public let template: TenantTemplate
    /// Hashes passwords on threads of its own.
    public let hasher: PasswordHasher
    /// How links to tenants look.
    public let urls: TenantURL

    /// Puts an installation together.
    ///
    /// - Parameters:
    ///   - databases: the clients, running.
    ///   - patience: how long a database that is not there is waited for.
    /// - Throws: `IdentityError` if secret file or keys cannot be used; `PostgresError`; ``BootstrapError``.
    public static func load(
        _ configuration: ServerConfiguration, databases: Databases, patience: Duration, logger: Logger
    ) async throws -> Composition {
        let seal = try SecretSeal.read(file: configuration.secretFile)
        try await databases.check(patience: patience)
        let control = databases.control
        let tiers = PostgresTierRepository(client: control)
        let issuer = "\(configuration.publicScheme)://\(configuration.baseDomain.adminHost)"
        let keys = try await LiveKeys.load(seal: seal, databases: databases, tiers: tiers, issuer: issuer)
        let tenantDatabase = TenantDatabase(
            client: databases.app, signer: keys.signer, limits: keys.limits, logger: logger)
        let tenants = PostgresTenantRepository(client: control)
        let template = try TenantTemplate.load()
        // Contexts are dated by the database's clock: ask it before the first one is signed.
        _ = try await tenantDatabase.measureClock()
        return Composition(
            configuration: configuration, databases: databases, keys: keys, tenantDatabase: tenantDatabase,
            tenants: tenants, tiers: tiers, admins: PostgresAdminRepository(client: control),
            audit: PostgresAuditTrail(client: control), directory: RememberingTenantDirectory(tenants: tenants),
            members: PostgresMemberRepository(database: tenantDatabase),
            clients: PostgresClientRepository(database: tenantDatabase),
            provisioner: PostgresTenantProvisioner(
                client: control, signer: keys.signer, template: template, tiers: tiers),
            template: template, hasher: PasswordHasher(cost: configuration.scryptCost), urls: configuration.urls)
    }

    /// Lends an installation to a command: runs its clients meanwhile.
    public static func use<Value: Sendable>(
        _ configuration: ServerConfiguration, logger: Logger,
        _ body: @escaping @Sendable (Composition) async throws -> Value
    ) async throws -> Value {
        let databases = Databases(configuration, logger: logger)
        return try await PostgresClient.running([databases.control, databases.app]) {
            try await body(
                try await Composition.load(
                    configuration, databases: databases, patience: .seconds(5), logger: logger))
        }
    }
}

extension ServerConfiguration {
    /// How links to tenants look.
    public var urls: TenantURL {
        TenantURL(scheme: self.publicScheme, baseDomain: self.baseDomain, port: self.publicPort ?? self.http.port)
    }
}
