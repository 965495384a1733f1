import ArgumentParser
import Foundation
import Identity
import Postgres
import ServerBootstrap
import TenancyPostgres

/// `bulkhead init`.
struct InitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Prepare a PostgreSQL database of your own, 15 to 18.",
        discussion: """
            Makes roles, rights and functions, applies the catalog's migrations, and makes the secret file if it is \
            missing. Needs a superuser, or a role with CREATEROLE that owns the database; afterwards Bulkhead needs \
            neither. Safe to repeat, and to be repeated after an upgrade. Passwords that are made are shown once.

            Examples:
              createdb bulkhead
              bulkhead init --database-url postgresql://postgres@localhost/bulkhead
              bulkhead init --database-url "$ADMIN_URL" --secret-file /etc/bulkhead/secret
            """)

    @Option(
        name: .customLong("database-url"),
        help: ArgumentHelp("The database, as a superuser or its owner.", valueName: "url"))
    var databaseURL: String

    @Option(help: ArgumentHelp("Where the installation's secret is or will be.", valueName: "file"))
    var secretFile: String?

    @Option(help: ArgumentHelp("The password for bulkhead_control, from a file.", valueName: "file"))
    var controlPasswordFile: String?

    @Option(help: ArgumentHelp("The password for bulkhead_app, from a file.", valueName: "file"))
    var appPasswordFile: String?

    @Option(help: ArgumentHelp("The password for bulkhead_directory, from a file.", valueName: "file"))
    var directoryPasswordFile: String?

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard DatabaseURL(self.databaseURL) != nil else {
            throw ArgumentParser.ValidationError("--database-url must be \(Setting.databaseURL.rule).")
        }
    }

    func run() async throws {
        guard let url = DatabaseURL(self.databaseURL) else { return }
        let files = [
            LoginRole.control: self.controlPasswordFile, .app: self.appPasswordFile,
            .directory: self.directoryPasswordFile,
        ]
        let given = try files.compactMapValues { try $0.map(SecretInput.read) }
        let secret = self.secretFileURL
        let isNewSecret = !FileManager.default.fileExists(atPath: secret.path)
        if isNewSecret { _ = try SecretSeal.create(file: secret) } else { _ = try SecretSeal.read(file: secret) }
        var settings = PostgresConfiguration(connectionString: url.text)
        settings.maximumConnections = 2
        let client = PostgresClient(configuration: settings, logger: InstallationOptions.quietLogger)
        let result = try await PostgresClient.running([client]) {
            try await Preparation(client: client, url: url, given: given).run()
        }
        try self.output.print(InitOutput(result, secretFile: secret.path, isNewSecret: isNewSecret))
    }

    private var secretFileURL: URL {
        let configured = ProcessInfo.processInfo.environment[Setting.secretFile.variable]
        return URL(fileURLWithPath: self.secretFile ?? configured ?? "bulkhead.secret")
    }
}

/// The preparation of one database.
private struct Preparation {
    let client: PostgresClient
    let url: DatabaseURL
    let given: [LoginRole: String]

    func run() async throws -> InitOutput.Result {
        let database = try await self.text("SELECT current_database()::text")
        let present = try await self.client.query(
            "SELECT rolname::text FROM pg_roles WHERE rolname LIKE 'bulkhead\\_%'"
        )
        .map { try $0.decode(String.self) }
        // A role that exists has a password that somebody uses: it stays, unless a new one is given.
        var passwords = self.given
        for role in [LoginRole.control, .app, .directory]
        where !present.contains(role.rawValue) && passwords[role] == nil {
            passwords[role] = PasswordPolicy.generate()
        }
        let report = try await Installation(client: self.client, database: database).run(passwords: passwords)
        let migrations = try await CatalogMigrator(client: self.client).migrate()
        func url(_ role: LoginRole) -> String? {
            passwords[role].map { self.url.with(user: role.rawValue, password: $0, database: database).text }
        }
        return InitOutput.Result(
            database: database, createdRoles: report.createdRoles, refused: report.refused, migrations: migrations,
            controlURL: url(.control), appURL: url(.app), directoryURL: url(.directory))
    }

    private func text(_ query: PostgresQuery) async throws -> String {
        try await self.client.query(query).first?.decode(String.self) ?? ""
    }
}
