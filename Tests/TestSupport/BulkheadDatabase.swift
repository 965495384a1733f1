import Foundation
public import Identity
public import LocalServers
import Logging
public import Postgres
public import Tenancy
public import TenancyPostgres
public import Workflow

/// A database of one test's own with Bulkhead in it, and everything that works on it.
public struct BulkheadDatabase: Sendable {
    /// The database.
    public let database: TestDatabase
    /// Logs in as `bulkhead_control`.
    public let control: PostgresClient
    /// Logs in as `bulkhead_app`.
    public let app: PostgresClient
    /// The application key that the database knows.
    public let key: ContextKey
    /// Signs with ``key``.
    public let signer: ContextSigner
    /// The door to tenants' tables.
    public let tenants: TenantDatabase
    /// Makes tenants.
    public let provisioner: PostgresTenantProvisioner
    /// Runs and their journals.
    public let store: PostgresWorkflowStore
    /// The workflows about tenants.
    public let workflows: TenantWorkflows
    /// Schemas made in advance; none unless the test asks for them.
    public let pool: WarmPool
    /// What tenants' schemas are made of.
    public let template: TenantTemplate

    /// Steps about names, given a client that logs in as `bulkhead_control`.
    public typealias Reach =
        @Sendable (PostgresClient) throws -> (
            reach: [any WorkflowStep<TenantOrder>], expiry: [any WorkflowStep<TenantOrder>]
        )

    /// Lends a fresh copy of the template.
    ///
    /// - Parameters:
    ///   - pooler: whether `bulkhead_app` connects through PgBouncer in transaction mode with one server connection.
    ///   - warm: how many schemas are kept ready.
    ///   - mailDomain: the domain of the ids of mails; nil if no mail is sent.
    ///   - tables: which tables tenants have besides Bulkhead's own.
    ///   - reach: what makes tenants' names reach them, and what lets pass the time in which they still do.
    ///   - body: what to do with it.
    public static func with<Value: Sendable>(
        pooler: Bool = false, warm: Int = 0, mailDomain: String? = nil, tables: ApplicationTables = .init(),
        reach: Reach? = nil,
        _ body: (BulkheadDatabase) async throws -> Value
    ) async throws -> Value {
        try await BulkheadTemplate.ready()
        return try await TestPostgres.withDatabase(template: BulkheadTemplate.name) { database in
            try await withRunningClient(uri: database.uri) { superuser in
                try await Installation(client: superuser, database: database.name).restoreDatabaseRights()
            }
            guard pooler else {
                return try await Self.run(
                    database, appURI: database.uri(role: .app), warm, mailDomain, tables, reach, body)
            }
            let users = Dictionary(uniqueKeysWithValues: BulkheadTemplate.passwords.map { ($0.rawValue, $1) })
            let bouncer = try await LocalPgBouncer.start(
                in: TestPostgres.temporaryFolder(), upstream: database.cluster, users: users, poolSize: 1,
                logger: Logger(label: "test.pgbouncer"))
            do {
                let uri = bouncer.uri(
                    user: LoginRole.app.rawValue, password: BulkheadTemplate.passwords[.app], database: database.name)
                let value = try await Self.run(
                    database, appURI: uri, prepared: false, warm, mailDomain, tables, reach, body)
                try await bouncer.stop()
                return value
            } catch {
                try await bouncer.stop()
                throw error
            }
        }
    }

    private static func run<Value: Sendable>(
        _ database: TestDatabase, appURI: String, prepared: Bool = true, _ warm: Int, _ mailDomain: String?,
        _ tables: ApplicationTables, _ reach: Reach?, _ body: (BulkheadDatabase) async throws -> Value
    ) async throws -> Value {
        try await withRunningClient(uri: database.uri(role: .control), maximumConnections: 8) { control in
            try await withRunningClient(
                uri: appURI, maximumConnections: 6,
                configure: { if !prepared { $0.preparedStatementsPerConnection = 0 } }
            ) { app in
                let secret = (0..<32).map { _ in UInt8.random(in: .min ... .max) }
                let key = ContextKey(kid: "test-1", secret: secret, createdAt: Date())
                try await ContextKeyRegister(client: control).install([key])
                guard let signer = ContextSigner(keys: [key]) else { throw FixtureError.noKey }
                let tenants = TenantDatabase(
                    client: app, signer: signer, limits: TierLimits(Tier.builtIn),
                    logger: Logger(label: "test.tenants"))
                let template = try await TenantTemplate.load(tables, client: control, signer: signer)
                var logger = Logger(label: "test.provisioner")
                logger.logLevel = .notice
                let tiers = PostgresTierRepository(client: control)
                let store = PostgresWorkflowStore(client: control, listener: control)
                let steps = try reach?(control)
                let workflows = TenantWorkflows(
                    client: control, database: tenants, signer: signer, template: template, tiers: tiers, store: store,
                    mailDomain: mailDomain,
                    reach: steps?.reach ?? [NotConfiguredStep("dns"), NotConfiguredStep("certificate")],
                    expiry: steps?.expiry ?? [])
                let pool = WarmPool(
                    size: warm, client: control, database: tenants, signer: signer, template: template, tiers: tiers,
                    store: store)
                let provisioner = PostgresTenantProvisioner(
                    client: control, store: store, workflows: workflows, pool: pool,
                    logger: logger)
                return try await body(
                    BulkheadDatabase(
                        database: database, control: control, app: app, key: key, signer: signer, tenants: tenants,
                        provisioner: provisioner, store: store, workflows: workflows, pool: pool, template: template))
            }
        }
    }

    private enum FixtureError: Error { case noKey, answered }

    /// Makes a tenant with this subdomain.
    public func makeTenant(_ subdomain: String, tier: String = "standard") async throws -> Tenant {
        try await self.provisioner.finish(try await self.beginTenant(subdomain, tier: tier).id)
    }

    /// Starts making a tenant with this subdomain.
    public func beginTenant(_ subdomain: String, tier: String = "standard") async throws -> Tenant {
        let new = try NewTenant(
            name: subdomain.capitalized, subdomain: subdomain, tier: tier, adminEmail: "admin@\(subdomain).example",
            tiers: Tier.builtIn.map(\.name))
        let begun = try await self.provisioner.begin(new, by: .system("test"), requestID: nil, once: nil)
        guard case .done(let tenant) = begun else { throw FixtureError.answered }
        return tenant
    }

    /// The right to a session of `tenant`, as the request path would state it.
    public func access(
        _ tenant: Tenant, mode: AccessMode = .readWrite, principal: Principal = .system("test")
    ) -> TenantAccess {
        TenantAccess(verified: tenant.id, mode: mode, principal: principal, tier: tenant.tier)
    }
}

extension BulkheadDatabase {
    /// Lends a prepared and migrated database on a cluster of the test's own, for tests that change roles.
    public static func withInstalled<Value: Sendable>(
        on cluster: LocalPostgres, _ body: (TestDatabase, PostgresClient) async throws -> Value
    ) async throws -> Value {
        try await BulkheadTemplate.prepare(on: cluster, name: "bulkhead")
        let database = TestDatabase(name: "bulkhead", cluster: cluster)
        return try await withRunningClient(uri: database.uri(role: .control)) { control in
            try await body(database, control)
        }
    }
}
