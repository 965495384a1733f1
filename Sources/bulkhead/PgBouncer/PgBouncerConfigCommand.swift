import ArgumentParser
import Foundation
import LocalServers
import PgBouncer
import Postgres
import ServerBootstrap
import Tenancy

/// `bulkhead pgbouncer config`.
struct PgBouncerConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Write pgbouncer.ini and the user list for this installation.",
        discussion: """
            Without --output, pgbouncer.ini goes to standard output, and nothing is written. Sizes come from the tiers, \
            from the configured connections and from PostgreSQL, and the file says how. With --superuser-url the user \
            list has what PostgreSQL keeps of the password of bulkhead_app; without, it has the password itself, from \
            the configured URL. As root, files are given to the owner of the folder.

            Examples:
              bulkhead pgbouncer config
              bulkhead pgbouncer config --output /etc/pgbouncer --force \\
                --superuser-url postgresql://postgres@db/bulkhead
              bulkhead pgbouncer config --output pooler --listen 10.0.0.7 \\
                --client-cert-file /etc/pooler.pem --client-key-file /etc/pooler.key
            """)

    @Option(help: ArgumentHelp("The folder to write to; made if missing.", valueName: "folder"))
    var output: String?

    @Flag(help: "Replace files that are there.")
    var force = false

    @Option(
        name: .customLong("superuser-url"),
        help: ArgumentHelp("PostgreSQL, as a superuser: only one may read verifiers.", valueName: "url"))
    var superuserURL: String?

    @Option(help: ArgumentHelp("Who may look at the pooler's figures.", valueName: "name"))
    var statsUser = "bulkhead_stats"

    @Option(help: ArgumentHelp("The password for that user, from a file.", valueName: "file"))
    var statsPasswordFile: String?

    @OptionGroup var pooler: PoolerOptions
    @OptionGroup var sizes: PoolerSizeOptions
    @OptionGroup var tls: PoolerTLSOptions
    @OptionGroup var installation: InstallationOptions
    @OptionGroup(title: "Output") var form: OutputOptions

    func validate() throws {
        if let superuserURL, DatabaseURL(superuserURL) == nil {
            throw ValidationError("--superuser-url must be \(Setting.databaseURL.rule).")
        }
    }

    func run() async throws {
        let version = try await self.version()
        let result = try await self.installation.withConfiguration { configuration, _ in
            try await self.write(version, configuration)
        }
        try self.form.print(result)
        // What is for people must not be in a file that a program reads.
        guard self.output == nil, !self.form.json else { return }
        for line in result.advice {
            StandardStream.error.write(Paragraph(text: "bulkhead: " + line, indent: "  ").lines.joined(separator: "\n"))
        }
    }

    private func version() async throws -> PoolerVersion {
        if let version = self.pooler.pgbouncerVersion { return version }
        guard let said = try await InstalledPgBouncer.version(), let version = PoolerVersion(said) else {
            throw CommandFailure(
                message: "There is no PgBouncer on this machine to be asked; say --pgbouncer-version",
                exitCode: CommandExit.usage)
        }
        return version
    }

    private nonisolated func write(
        _ version: PoolerVersion, _ configuration: ServerConfiguration
    ) async throws -> PgBouncerConfigOutput {
        let facts = await PoolerFacts.read(configuration, logger: InstallationOptions.quietLogger)
        let folder = self.output.map { PoolerFolder(URL(fileURLWithPath: $0)) }
        let plan = try self.plan(version, configuration, facts, folder)
        let ini = try plan.fileText()
        var result = PgBouncerConfigOutput(plan, ini: ini, place: self.place(plan), tls: self.tls)
        guard let folder else { return result }
        let secrets = try await PoolerSecrets.gather(self, configuration)
        result.advice += secrets.advice
        let statusURL = """
            postgresql://\(self.statsUser):\(secrets.statisticsPassword)@\(self.place(plan))/pgbouncer\(self.tls.query)
            """
        let files = [
            PoolerFolder.File(name: "userlist.txt", text: secrets.userList),
            PoolerFolder.File(name: PgBouncerStatusCommand.fileName, text: statusURL + "\n"),
            PoolerFolder.File(name: "pgbouncer.ini", text: ini),
        ]
        try folder.write(files, replaces: self.force)
        result.files = files.map { folder.path(of: $0.name) }
        return result
    }

    /// Host and port as they are in a URL.
    private func place(_ plan: PoolerConfiguration) -> String {
        let host = self.pooler.hostForServers ?? plan.listenAddress
        return (host.contains(":") ? "[\(host)]" : host) + ":\(plan.listenPort)"
    }

    private func plan(
        _ version: PoolerVersion, _ configuration: ServerConfiguration, _ facts: PoolerFacts, _ folder: PoolerFolder?
    ) throws -> PoolerConfiguration {
        let demand = PoolerDemand(
            servers: self.sizes.servers, connectionsPerServer: configuration.app.connections,
            dedicatedPerServer: facts.hasDedicated ? configuration.dedicatedConnections : 0,
            directPerServer: configuration.directConnections, spare: self.sizes.spare,
            maxConnections: self.sizes.maxConnections ?? facts.maxConnections ?? 100, reserved: facts.reserved,
            isMeasured: self.sizes.maxConnections != nil || facts.maxConnections != nil,
            tiers: facts.tiers.map { PoolerDemand.Tier(name: "\($0.name)", concurrency: $0.maximumConcurrency) })
        let (server, authorities) = try self.server(configuration)
        return PoolerConfiguration(
            version: version, listenAddress: self.pooler.listen, listenPort: self.pooler.port,
            socketFolder: self.pooler.socketFolder == "none" ? nil : self.pooler.socketFolder, server: server,
            statisticsUser: self.statsUser,
            userListFile: folder?.path(of: "userlist.txt") ?? "/etc/pgbouncer/userlist.txt",
            sizes: try PoolerSizes(demand, wish: self.sizes.poolSize), clientTLS: self.tls.clients,
            serverTLS: self.tls.server(server, authorityFile: authorities), resetsAlways: self.pooler.resetAlways)
    }

    /// PostgreSQL behind the pooler, and the authorities that its URL names.
    private func server(
        _ configuration: ServerConfiguration
    ) throws -> (server: PoolerConfiguration.Server, authorities: String?) {
        let direct = try PostgresAddress(configuration.direct.url.text)
        let given = self.pooler.server.flatMap(PoolerOptions.place)
        guard let host = given?.host ?? direct.host, !host.contains(",") else {
            throw CommandFailure(
                message: "The URL of the database names \(direct.host == nil ? "no host" : "several hosts"), and the "
                    + "pooler needs one; say --server")
        }
        guard let database = direct.database else {
            throw CommandFailure(message: "The URL of the database names no database; add it")
        }
        let port = given.map { $0.port ?? 5432 } ?? direct.port.flatMap { Int($0) } ?? 5432
        let authorities = direct.authorityFile == "system" ? nil : direct.authorityFile
        return (PoolerConfiguration.Server(host: host, port: port, database: database), authorities)
    }
}
