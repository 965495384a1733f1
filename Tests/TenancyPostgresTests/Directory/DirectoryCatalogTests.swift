import Foundation
import LocalServers
import Postgres
import Tenancy
import TenancyPostgres
import TestSupport
import Testing

/// Finding tenants in a catalog, and hearing of changes from it.
@Suite("The catalog as a directory") struct DirectoryCatalogTests {
    private static func deadline() -> ContinuousClock.Instant { .now + .seconds(20) }

    @Test(arguments: [LoginRole.control, .directory])
    func `Tenants are found by both keys, and their versions move on`(role: LoginRole) async throws {
        try await BulkheadDatabase.with { bulkhead in
            let acme = try await bulkhead.makeTenant("acme")
            let globex = try await bulkhead.makeTenant("globex")
            try await withRunningClient(uri: bulkhead.database.uri(role: role)) { client in
                let source = PostgresTenantCatalog(
                    client: client, relation: role == .control ? .catalog : .directory)
                #expect(try await source.tenant(.id(acme.id), deadline: Self.deadline()) == acme)
                #expect(try await source.tenant(.subdomain(globex.subdomain), deadline: Self.deadline()) == globex)
                #expect(try await source.tenant(.id(.random()), deadline: Self.deadline()) == nil)
                let ids = [acme.id, globex.id, .random()]
                let before = try await source.versions(of: ids, deadline: Self.deadline())
                #expect(before == [acme.id: acme.version, globex.id: globex.version])
                try await bulkhead.set(acme, "suspended")
                let after = try await source.versions(of: ids, deadline: Self.deadline())
                #expect(after == [acme.id: acme.version + 1, globex.id: globex.version])
                #expect(try await source.versions(of: [], deadline: Self.deadline()).isEmpty)
            }
        }
    }

    @Test(arguments: [LoginRole.control, .directory, .app])
    func `Every role hears of every change, and proves it`(role: LoginRole) async throws {
        try await BulkheadDatabase.with { bulkhead in
            let acme = try await bulkhead.makeTenant("acme")
            try await withRunningClient(uri: bulkhead.database.uri(role: role)) { listener in
                try await DirectoryProcess.use(bulkhead, listener: listener) { process in
                    #expect(try await process.directory.entry(for: acme.subdomain) == acme)
                    for status in ["suspended", "active", "readOnly"] {
                        try await bulkhead.set(acme, status)
                        try await eventually(within: .seconds(1)) {
                            try await process.directory.entry(for: acme.subdomain)?.status.rawValue == status
                        }
                    }
                }
            }
        }
    }

    @Test func `A tenant is found at once although it was asked for before`() async throws {
        try await BulkheadDatabase.with { bulkhead in
            try await DirectoryProcess.use(bulkhead, listener: bulkhead.control) { process in
                let name = try Subdomain(validating: "acme")
                for _ in 0..<5 { #expect(try await process.directory.entry(for: name) == nil) }
                let acme = try await bulkhead.makeTenant("acme")
                try await eventually(within: .milliseconds(500)) {
                    try await process.directory.entry(for: name) == acme
                }
            }
        }
    }

    @Test func `A broken connection is noticed, and what was missed is found`() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let acme = try await bulkhead.makeTenant("acme")
            try await withRunningClient(
                uri: bulkhead.database.uri(role: .directory), configure: { $0.applicationName = "the listener" }
            ) { listener in
                try await DirectoryProcess.use(bulkhead, listener: listener) { process in
                    _ = try await process.directory.entry(for: acme.id)
                    // Nobody hears of this one: the listener finds no way back before it is made.
                    let (cluster, name) = (bulkhead.database.cluster, bulkhead.database.name)
                    try await cluster.execute("ALTER DATABASE \(name) ALLOW_CONNECTIONS false")
                    try await cluster.execute(
                        """
                        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                        WHERE application_name = 'the listener' AND datname = '\(name)'
                        """)
                    try await bulkhead.set(acme, "suspended")
                    try await cluster.execute("ALTER DATABASE \(name) ALLOW_CONNECTIONS true")
                    try await eventually(within: .seconds(8)) {
                        try await process.directory.entry(for: acme.id)?.status == .suspended
                    }
                    try await eventually(within: .seconds(20)) { process.watch.isAlive }
                }
            }
        }
    }

    @Test func `Made up notifications of the application role change nothing`() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let acme = try await bulkhead.makeTenant("acme")
            try await DirectoryProcess.use(bulkhead, listener: bulkhead.control) { process in
                for payload in ["", "nonsense", "\(acme.id) 9223372036854775807 acme", "\(TenantID.random()) 1 acme"] {
                    let forged: PostgresQuery = "NOTIFY bulkhead_tenants, '\(unescaped: payload)'"
                    _ = try await bulkhead.app.query(forged.unprepared())
                    #expect(try await process.directory.entry(for: acme.subdomain) == acme)
                }
                try await bulkhead.set(acme, "suspended")
                try await eventually(within: .seconds(1)) {
                    try await process.directory.entry(for: acme.subdomain)?.status == .suspended
                }
            }
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `Through a restart of the server tenants are served, and changes found after it`() async throws {
        try await TestPostgres.withCluster { cluster in
            try await BulkheadDatabase.withInstalled(on: cluster) { database, control in
                try await database.execute(
                    """
                    INSERT INTO public.tenants (id, name, subdomain, tier, cluster, isolation_model, schema_name)
                    SELECT id, 'Acme', 'acme', 'standard', 'main', 'schema', 'tenant_' || replace(id::text, '-', '')
                    FROM gen_random_uuid() id
                    """)
                let source = PostgresTenantCatalog(client: control, relation: .catalog)
                let directory = CachingTenantDirectory(source: source)
                try await DirectoryProcess.use(directory, listener: control) { process in
                    let name = try Subdomain(validating: "acme")
                    #expect(try await directory.entry(for: name) != nil)
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        group.addTask { try await cluster.restart(.immediate) }
                        group.addTask {
                            for _ in 0..<100 {
                                let found = try await directory.entry(for: name)
                                #expect(found?.status == .provisioning)
                                await Task.yield()
                            }
                        }
                        try await group.waitForAll()
                    }
                    try await database.execute("UPDATE public.tenants SET status = 'failed'")
                    // That it is found, not how soon: a machine on which everything is tested at once is no measure.
                    try await eventually(within: .seconds(60)) {
                        try await directory.entry(for: name)?.status == .failed
                    }
                    try await eventually(within: .seconds(60)) { process.watch.isAlive }
                    // Who asks for a name that nobody has is answered again.
                    #expect(try await directory.entry(for: try Subdomain(validating: "stranger")) == nil)
                }
            }
        }
    }
}

/// A directory, with what listens for it and what checks it.
struct DirectoryProcess: Sendable {
    let directory: CachingTenantDirectory
    let watch: TenantMessageWatch

    /// Lends one over the catalog of a test, with messages that arrive.
    static func use<Value: Sendable>(
        _ bulkhead: BulkheadDatabase, listener: PostgresClient, _ body: (DirectoryProcess) async throws -> Value
    ) async throws -> Value {
        let source = PostgresTenantCatalog(client: bulkhead.control, relation: .catalog)
        return try await self.use(CachingTenantDirectory(source: source), listener: listener, body)
    }

    /// Lends one around a directory.
    static func use<Value: Sendable>(
        _ directory: CachingTenantDirectory, listener: PostgresClient, _ body: (DirectoryProcess) async throws -> Value
    ) async throws -> Value {
        let watch = TenantMessageWatch(
            PostgresTenantMessages(listener: listener), for: directory, interval: .milliseconds(200))
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await watch.run() }
            group.addTask { await directory.keepChecked() }
            defer { group.cancelAll() }
            try await eventually { watch.isAlive }
            return try await body(DirectoryProcess(directory: directory, watch: watch))
        }
    }
}

extension BulkheadDatabase {
    /// Changes a tenant as somebody would with `psql`.
    func set(_ tenant: Tenant, _ status: String) async throws {
        _ = try await self.control.query(
            "UPDATE public.tenants SET status = \(status) WHERE id = \(tenant.id.uuid)::uuid")
    }
}
