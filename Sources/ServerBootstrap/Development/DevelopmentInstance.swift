import ControlPlane
import Foundation
import Identity
public import LocalServers
public import Logging
import Postgres
import Tenancy
public import TenancyPostgres

/// Everything on one machine: a private PostgreSQL, prepared, with a secret and a first administrator.
public struct DevelopmentInstance: Sendable {
    /// Where it lies.
    public let folder: DevelopmentFolder
    /// The private server; whoever started the instance stops it.
    public let postgres: LocalPostgres
    private let record: DevelopmentRecord

    /// The first administrator.
    public var adminEmail: String { self.record.adminEmail }
    /// The password that the first administrator was given.
    public var adminPassword: String { self.record.adminPassword }
    /// Where its databases are.
    public var urls: DevelopmentURLs { DevelopmentURLs(self.record) }
    /// What the instance settles of the configuration.
    public var settings: [Setting: String] { self.folder.settings(self.record) }

    /// Starts PostgreSQL on the folder's data; makes everything if the folder is new.
    ///
    /// Every step may be repeated: an instance that was killed half-way is completed.
    ///
    /// - Throws: `LocalServerError` with code `folderInUse` if it runs already; ``BootstrapError``.
    public static func start(in folder: DevelopmentFolder, logger: Logger) async throws -> DevelopmentInstance {
        try folder.make()
        let postgres = try await LocalPostgres.start(
            in: folder.postgres, settings: ["max_locks_per_transaction": "256"], logger: logger)
        do {
            var record = try folder.record() ?? .new()
            record.superuserPassword = postgres.superuserPassword
            record.databasePort = postgres.port
            // Before anything is made with these passwords, so that nothing is ever made with forgotten ones.
            try folder.write(record)
            if !FileManager.default.fileExists(atPath: folder.secret.path) {
                _ = try SecretSeal.create(file: folder.secret)
            }
            let instance = DevelopmentInstance(folder: folder, postgres: postgres, record: record)
            try await instance.prepareDatabase(logger)
            return instance
        } catch {
            try await postgres.stop()
            throw error
        }
    }

    private func prepareDatabase(_ logger: Logger) async throws {
        let name = DevelopmentURLs.database
        let present = try await self.postgres.execute("SELECT 1 FROM pg_database WHERE datname = '\(name)'")
        if present.isEmpty { try await self.postgres.execute("CREATE DATABASE \(name) TEMPLATE template0") }
        var settings = PostgresConfiguration(connectionString: self.urls.superuser)
        settings.maximumConnections = 2
        let superuser = PostgresClient(configuration: settings, logger: logger)
        let passwords: [LoginRole: String] = [.control: self.record.controlPassword, .app: self.record.appPassword]
        try await PostgresClient.running([superuser]) {
            _ = try await Installation(client: superuser, database: name).run(passwords: passwords)
            _ = try await CatalogMigrator(client: superuser).migrate()
            // The cluster is Bulkhead's own: nobody but a superuser has business in its other databases.
            for other in ["postgres", "template1"] {
                _ = try await superuser.query("REVOKE ALL ON DATABASE \(identifier: other) FROM PUBLIC")
            }
        }
    }

    /// Brings tenants up to date and makes the first administrator, unless that was done before.
    ///
    /// - Parameter configuration: built on ``settings``.
    /// - Returns: what was done about tenants.
    public func complete(_ configuration: ServerConfiguration, logger: Logger) async throws -> TenantMigrator.Report {
        let (email, password) = (self.adminEmail, self.adminPassword)
        return try await Composition.use(configuration, logger: logger) { composition in
            if try await composition.admins.credentials(try Self.address(email)) == nil {
                try await Self.createAdministrator(email, password, composition)
            }
            return try await TenantMigrator(
                client: composition.databases.control, signer: composition.keys.signer, template: composition.template
            ).migrateAll()
        }
    }

    /// Remembers where the server listens and how, for the links that commands make.
    public func remember(httpPort: Int, tls: Bool) throws {
        guard var record = try self.folder.record() else { return }
        guard record.httpPort != httpPort || (record.tls ?? false) != tls else { return }
        record.httpPort = httpPort
        record.tls = tls
        try self.folder.write(record)
    }

    private static func createAdministrator(
        _ email: String, _ password: String, _ composition: Composition
    ) async throws {
        do {
            _ = try await composition.adminAccounts.create(
                email: email, name: "Administrator", password: password, by: .system("dev"))
        } catch DomainError.taken {
            // It is there and was disabled; that is not for us to undo.
        }
    }

    private static func address(_ text: String) throws -> EmailAddress {
        guard let address = EmailAddress(text) else {
            throw BootstrapError.instanceFile("instance.json", reason: "adminEmail \(EmailAddress.rule)")
        }
        return address
    }
}

extension DevelopmentFolder {
    /// What an instance settles of the configuration.
    func settings(_ record: DevelopmentRecord) -> [Setting: String] {
        let urls = DevelopmentURLs(record)
        let settings: [Setting: String] = [
            .databaseURL: urls.control, .databaseDirectURL: urls.control, .appDatabaseURL: urls.app,
            .secretFile: self.secret.path, .baseDomain: "localhost", .httpPort: String(record.httpPort),
            .httpHost: "127.0.0.1", .publicScheme: "http", .publicPort: String(record.httpPort),
            .mailMailbox: self.mailbox.path,
        ]
        return record.tls == true ? settings.merging(self.tlsSettings) { $1 } : settings
    }

    /// What an instance whose listener speaks TLS settles besides.
    public var tlsSettings: [Setting: String] {
        // A browser that was told once would refuse plain HTTP to every program on this machine for a year.
        [.tlsSource: "development", .tlsFolder: self.tls.path, .publicScheme: "https", .tlsHSTS: "0"]
    }
}
