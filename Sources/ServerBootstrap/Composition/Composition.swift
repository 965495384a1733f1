public import ControlPlane
public import Identity
public import Logging
import Mail
import Postgres
public import Tenancy
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
    public var directory: CachingTenantDirectory { self.finding.directory }
    /// What keeps ``directory`` true.
    public let finding: TenantFinding
    /// Tenants' members.
    public let members: PostgresMemberRepository
    /// Tenants' clients.
    public let clients: PostgresClientRepository
    /// Runs of workflows and their journals.
    public let workflowStore: PostgresWorkflowStore
    /// The workflows about tenants.
    public let workflows: TenantWorkflows
    /// Schemas made in advance.
    public let warmPool: WarmPool
    /// Makes tenants.
    public let provisioner: PostgresTenantProvisioner
    /// Mail on its way.
    public let deliveries: PostgresDeliveryRepository
    /// Sends mail; nil if none is sent.
    public let mailing: Mailing?
    /// Keeps the zone of tenants' names; nil if they are not made one by one.
    public let reconciler: ZoneReconciler?
    /// The last looks at the zone.
    public let zoneReports: PostgresZoneReports
    /// The certificate that one process gets and all show.
    let certificates: CertificateSharing
    /// Answers to repeated requests.
    public let idempotency: PostgresIdempotencyRepository
    /// What tenants' schemas are made of.
    public let template: TenantTemplate
    /// Hashes passwords on threads of its own.
    public let hasher: PasswordHasher
    /// How links to tenants look.
    public let urls: TenantURL
    /// Limits of requests and of attempts to sign in.
    let limits: Limiting
    let logger: Logger

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
            client: databases.app, signer: keys.signer, limits: keys.limits, dedicated: databases.dedicated,
            logger: logger)
        let finding = try Self.finding(configuration, databases, seal, logger)
        let tenants = PostgresTenantRepository(client: control, announcer: finding.announcer)
        // Contexts are dated by the database's clock: ask it before the first one is signed.
        _ = try await tenantDatabase.measureClock()
        let template = try await TenantTemplate.load(configuration.tables, client: control, signer: keys.signer)
        let store = PostgresWorkflowStore(client: control, listener: databases.listener)
        let members = PostgresMemberRepository(database: tenantDatabase)
        let audit = PostgresAuditTrail(client: control)
        let mailDomain = configuration.mail?.from.domain
        let deliveries = PostgresDeliveryRepository(client: control, store: store, mailDomain: mailDomain)
        let naming = try await Naming(configuration, client: control)
        let workflows = TenantWorkflows(
            client: control, database: tenantDatabase, signer: keys.signer, template: template, tiers: tiers,
            store: store, mailDomain: mailDomain, announcer: finding.announcer,
            reach: [naming.step, try configuration.certificateStep()],
            expiry: naming.expiry)
        let pool = WarmPool(
            size: configuration.provisioning.warmPool, client: control, database: tenantDatabase, signer: keys.signer,
            template: template, tiers: tiers, store: store)
        return Composition(
            configuration: configuration, databases: databases, keys: keys, tenantDatabase: tenantDatabase,
            tenants: tenants, tiers: tiers, admins: PostgresAdminRepository(client: control),
            audit: audit, finding: finding,
            members: members, clients: PostgresClientRepository(database: tenantDatabase), workflowStore: store,
            workflows: workflows, warmPool: pool,
            provisioner: PostgresTenantProvisioner(
                client: control, store: store, workflows: workflows, pool: pool,
                quarantine: configuration.dns.quarantine, logger: logger),
            deliveries: deliveries,
            mailing: try configuration.mail.map {
                try Mailing($0, queue: deliveries, members: members, seal: seal, urls: configuration.urls, logger)
            },
            reconciler: naming.reconciler, zoneReports: PostgresZoneReports(client: control),
            certificates: CertificateSharing(repository: PostgresSharedCertificates(client: control), seal: seal),
            idempotency: PostgresIdempotencyRepository(client: control), template: template,
            hasher: PasswordHasher(cost: configuration.scryptCost), urls: configuration.urls,
            limits: Limiting(
                configuration, redis: databases.redis, accountKey: seal.derive(context: "limits.accounts"),
                audit: audit, logger: logger),
            logger: logger)
    }

    private static func finding(
        _ configuration: ServerConfiguration, _ databases: Databases, _ seal: SecretSeal, _ logger: Logger
    ) throws -> TenantFinding {
        TenantFinding(
            source: PostgresTenantCatalog(client: databases.directory, relation: .catalog),
            listener: databases.listener, redis: databases.redis, sharedKey: try configuration.redis?.key(seal),
            baseDomain: configuration.baseDomain, logger: logger)
    }

    /// Lends an installation to a command: runs its clients meanwhile.
    public static func use<Value: Sendable>(
        _ configuration: ServerConfiguration, logger: Logger,
        _ body: @escaping @Sendable (Composition) async throws -> Value
    ) async throws -> Value {
        let databases = Databases(configuration, logger: logger)
        return try await PostgresClient.running(databases.services) {
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
