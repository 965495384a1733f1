public import ArgumentParser
import Logging
public import ServerBootstrap
import Tenancy

/// `bulkhead serve`.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve the admin API and the tenants.",
        discussion: """
            Needs a database that 'bulkhead init' has prepared. SIGTERM and Ctrl-C finish the requests under way \
            and stop. Logs go to standard error.

            Examples:
              bulkhead serve --base-domain example.com
              BULKHEAD_HTTP_PORT=9000 bulkhead serve
              bulkhead serve --role worker --management-port 8082
              bulkhead serve --role edge   in front of servers; see docs/edge.md
              bulkhead serve --json        one line of JSON once ready
            """)

    @Option(help: ArgumentHelp("The domain under which all hosts lie.", valueName: "domain"))
    var baseDomain: String?

    @Option(help: ArgumentHelp("The address of the HTTP listener.", valueName: "host"))
    var host: String?

    @Option(help: ArgumentHelp("The port of the HTTP listener; 0 takes any free one.", valueName: "port"))
    var port: String?

    @Option(help: ArgumentHelp("The port of the management listener.", valueName: "port"))
    var managementPort: String?

    @Option(
        help: ArgumentHelp(
            "What this server does: all; api answers requests; worker makes tenants and sends mail; edge is in front.",
            valueName: "role"))
    var role = ServerRole.all

    @OptionGroup var installation: InstallationOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let flags: [Setting: String?] = [
            .baseDomain: self.baseDomain, .httpHost: self.host, .httpPort: self.port,
            .managementPort: self.managementPort,
        ]
        guard self.role != .edge else { return try await self.runEdge(flags.compactMapValues(\.self)) }
        let (output, role) = (self.output, self.role)
        try await self.installation.withConfiguration(flags: flags.compactMapValues(\.self)) { configuration, _ in
            let logger = InstallationOptions.logger(at: configuration.logLevel)
            let server = Server(configuration, role: role, logger: logger) { addresses in
                do {
                    try output.print(
                        ServeReady(
                            role, baseDomain: configuration.baseDomain, http: configuration.http,
                            management: configuration.management, addresses))
                } catch {
                    logger.error("The addresses could not be printed", metadata: ["error": "\(error)"])
                }
            }
            try await server.run()
        }
    }

    /// An edge knows no secret and no development instance: it has a configuration of its own.
    private func runEdge(_ flags: [Setting: String]) async throws {
        let (settings, _) = try self.installation.reader(flags: flags).readEdge()
        let logger = InstallationOptions.logger(at: settings.logLevel)
        let output = self.output
        let edge = EdgeProcess(settings, logger: logger) { addresses in
            do {
                try output.print(
                    ServeReady(
                        .edge, baseDomain: settings.baseDomain, http: settings.http, management: settings.management,
                        addresses))
            } catch {
                logger.error("The addresses could not be printed", metadata: ["error": "\(error)"])
            }
        }
        try await edge.run()
    }
}

/// What `bulkhead serve` says once it serves.
struct ServeReady: CommandOutput {
    let baseDomain: String
    let host: String
    let port: Int
    let managementURL: String
    let role: String

    init(
        _ role: ServerRole, baseDomain: BaseDomain, http: ServerConfiguration.Listener,
        management: ServerConfiguration.Listener, _ addresses: ServerAddresses
    ) {
        self.baseDomain = baseDomain.description
        self.host = http.host
        self.port = addresses.httpPort
        self.role = role.rawValue
        self.managementURL = "http://\(management.host):\(addresses.managementPort)"
    }

    var text: String {
        guard self.role != ServerRole.worker.rawValue else {
            return "Making tenants and sending mail; health at \(self.managementURL)/health/ready"
        }
        return "Serving *.\(self.baseDomain) on \(self.host):\(self.port); health at \(self.managementURL)/health/ready"
    }
}

extension ServerRole: ExpressibleByArgument {}
