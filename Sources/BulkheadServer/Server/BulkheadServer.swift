public import BulkheadHummingbird
public import Foundation
public import Hummingbird
import Logging
import ServerBootstrap

/// A SaaS as one program: Bulkhead's server with an application's tables and routes in it.
///
/// Beside the application's routes it serves what every server of Bulkhead's serves - the admin API, signing in and
/// activation on tenants' hosts, health - and does the work about tenants.
///
/// ```swift
/// @main
/// struct Shop {
///     static func main() async {
///         await BulkheadServer(tables: Bundle.module.resourceURL!.appending(path: "Tables")) { router in
///             router.get("products") { _, context in
///                 try await context.requireMember().read("SELECT name FROM products").count.description
///             }
///         }.main()
///     }
/// }
/// ```
///
/// Configured as `bulkhead serve` is: by `BULKHEAD_*` variables and `bulkhead.yaml`. Where nothing names a database it
/// makes itself a private PostgreSQL, as `bulkhead dev` does. The commands of `bulkhead` work on the same installation;
/// tell them of the tables with `BULKHEAD_TENANT_TABLES` (and `BULKHEAD_SAMPLE_TABLES=false`).
public struct BulkheadServer: Sendable {
    private let tables: URL
    private let keepsSample: Bool
    private let application: TenantApplication

    /// A server that does nothing until it is run.
    ///
    /// - Parameters:
    ///   - tables: a folder of the application's tenant migrations.
    ///   - keepsSample: whether tenants have the tables of the sample domain (clients, registrations, documents,
    ///     commissions) and the routes to clients; to be the same as long as the installation lives.
    ///   - sources: what may tell the tenant of a request, in order.
    ///   - problems: translates errors that only the application knows.
    ///   - routes: adds the application's routes; they run behind the tenants' middleware.
    public init(
        tables: URL, keepsSample: Bool = false, sources: [TenantSource] = .standard,
        problems: @escaping @Sendable (any Error) -> ProblemDetails? = { _ in nil },
        routes: @escaping @Sendable (Router<BulkheadContext>) -> Void
    ) {
        self.tables = tables
        self.keepsSample = keepsSample
        self.application = TenantApplication(sources: sources, problems: problems, routes: routes)
    }

    /// Runs as a program: reads the command line, serves until SIGTERM or SIGINT, and says in words what went wrong.
    public func main() async {
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        do {
            guard let options = try ServerOptions(CommandLine.arguments.dropFirst()) else {
                return print(ServerOptions.help)
            }
            try await self.run(options)
        } catch {
            FileHandle.standardError.write(Data("error: \(error)\n".utf8))
            exit(error is ServerOptionsError ? 2 : 1)
        }
    }

    func run(_ options: ServerOptions) async throws {
        var flags = options.flags
        flags[.tenantTables] = self.tables.path
        flags[.sampleTables] = self.keepsSample ? "true" : "false"
        let here = URL(fileURLWithPath: FileManager.default.currentDirectoryPath, isDirectory: true)
        let reader = ConfigurationReader(
            flags: flags, environment: ProcessInfo.processInfo.environment, folder: here)
        guard options.data == nil, reader.namesDatabase else { return try await self.develop(options, flags) }
        let configuration = try reader.read().configuration
        let server = Server(
            configuration, application: self.application, logger: Self.logger(configuration.logLevel)
        ) { addresses in
            ServerReady(configuration.baseDomain, configuration.publicScheme, addresses).print(json: options.json)
        }
        try await server.run()
    }

    /// Everything on this machine, with a PostgreSQL of its own.
    private func develop(_ options: ServerOptions, _ flags: [Setting: String]) async throws {
        let folder = options.data ?? DevelopmentFolder.standard
        var server = DevelopmentServer(
            folder: DevelopmentFolder(URL(fileURLWithPath: folder)), folderName: folder, port: options.port ?? 8080)
        server.flags = flags
        server.application = self.application
        try await server.run(quiet: Self.logger(.error), logger: Self.logger) { instance, addresses, _ in
            ServerReady(instance, addresses).print(json: options.json)
        }
    }

    private static func logger(_ level: Logger.Level) -> Logger {
        var logger = Logger(label: "server")
        logger.logLevel = level
        return logger
    }
}
