import ArgumentParser
import Postgres
import ServerBootstrap
import Tenancy
import TenancyPostgres

/// `bulkhead migrate`.
struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Bring the catalog and all tenants to the version of this program.",
        discussion: """
            The catalog changes in one transaction, each tenant in one of its own. A tenant that fails stays as it was \
            and does not stop the others; the exit code is then 3. Safe to repeat.

            Examples:
              bulkhead migrate
              bulkhead migrate --json
            """)

    @OptionGroup var installation: InstallationOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let result = try await self.installation.withConfiguration { configuration, values in
            let logger = InstallationOptions.logger(configuration, values)
            let direct = Databases.direct(configuration, logger: logger)
            let catalog = try await PostgresClient.running([direct]) {
                try await CatalogMigrator(client: direct).migrate()
            }
            let tenants = try await Composition.use(configuration, logger: logger) { composition in
                try await Self.migrateTenants(composition)
            }
            return MigrateResult(catalog: catalog, tenants: tenants)
        }
        try self.output.print(result)
        if !result.failed.isEmpty { throw ExitCode(CommandExit.partlyDone) }
    }

    private static func migrateTenants(_ composition: Composition) async throws -> TenantMigrator.Report {
        let migrator = TenantMigrator(
            client: composition.databases.control, signer: composition.keys.signer, template: composition.template)
        let bar = ProgressBar("Migrating tenants")
        defer { bar.finish() }
        return try await migrator.migrateAll { bar.show($0.done, of: $0.total) }
    }
}

/// What a run of `bulkhead migrate` did.
struct MigrateResult: CommandOutput {
    /// A tenant that stayed as it was.
    struct Failure: Encodable {
        let tenantId: String
        let reason: String
    }

    let catalog: [String]
    let migrated: [String]
    let failed: [Failure]

    init(catalog: [String], tenants: TenantMigrator.Report) {
        self.catalog = catalog
        self.migrated = tenants.migrated.map(\.description)
        self.failed = tenants.failed.map { Failure(tenantId: $0.tenant.description, reason: $0.reason) }
    }

    var text: String {
        let catalog = self.catalog.isEmpty ? "is up to date" : "applied \(self.catalog.joined(separator: ", "))"
        var lines = ["Catalog: \(catalog).", "Tenants: \(self.migrated.count) migrated, \(self.failed.count) failed."]
        lines += self.failed.map { "  \($0.tenantId): \($0.reason)" }
        return lines.joined(separator: "\n")
    }
}
