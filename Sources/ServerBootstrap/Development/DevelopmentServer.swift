public import BulkheadHummingbird
public import Foundation
import LocalServers
public import Logging
import TenancyPostgres

/// A server over a development instance: makes the instance if it is new, and serves until SIGTERM or SIGINT.
public struct DevelopmentServer: Sendable {
    /// Where the instance lies.
    public var folder: DevelopmentFolder
    /// What the folder is called in messages.
    public var folderName: String
    /// The port of the HTTP listener; 0 takes any free one.
    public var port: Int
    /// Whether it speaks HTTPS, with a certificate by an authority of its own.
    public var tls = false
    /// What the command line says.
    public var flags: [Setting: String] = [:]
    /// A file of further settings; nil for the standard one.
    public var file: URL?
    /// What is served to tenants besides Bulkhead's own.
    public var application = TenantApplication.none

    /// A server that does nothing until it is run.
    public init(folder: DevelopmentFolder, folderName: String, port: Int) {
        self.folder = folder
        self.folderName = folderName
        self.port = port
    }

    /// Serves.
    ///
    /// - Parameters:
    ///   - quiet: for what happens before the configuration is known.
    ///   - logger: a logger for events from a level on.
    ///   - onReady: called once, when everything listens.
    /// - Throws: ``BootstrapError``, ``ConfigurationError``, `LocalServerError`; what the database throws.
    public func run(
        quiet: Logger, logger: (Logger.Level) -> Logger,
        onReady: @escaping @Sendable (DevelopmentInstance, ServerAddresses, Logger) -> Void
    ) async throws {
        let instance = try await DevelopmentInstance.start(in: self.folder, logger: quiet)
        do {
            try await self.serve(instance, logger, onReady)
        } catch {
            // Stopped already, unless the server did not even get to start.
            try await instance.postgres.stop()
            throw error
        }
    }

    private func serve(
        _ instance: DevelopmentInstance, _ logger: (Logger.Level) -> Logger,
        _ onReady: @escaping @Sendable (DevelopmentInstance, ServerAddresses, Logger) -> Void
    ) async throws {
        let configuration = try self.configuration(of: instance)
        let logger = logger(configuration.logLevel)
        let report = try await instance.complete(configuration, logger: logger)
        for failure in report.failed {
            logger.error(
                "Tenant not migrated", metadata: ["tenant": "\(failure.tenant)", "reason": "\(failure.reason)"])
        }
        let tls = self.tls
        let server = Server(
            configuration, application: self.application, companions: [LocalPostgresService(instance.postgres)],
            logger: logger
        ) { addresses in
            do {
                try instance.remember(httpPort: addresses.httpPort, tls: tls)
            } catch {
                logger.error("The port could not be remembered", metadata: ["error": "\(error)"])
            }
            onReady(instance, addresses, logger)
        }
        try await server.run()
    }

    private func configuration(of instance: DevelopmentInstance) throws -> ServerConfiguration {
        let here = URL(fileURLWithPath: FileManager.default.currentDirectoryPath, isDirectory: true)
        var reader = ConfigurationReader(
            flags: self.flags, environment: ProcessInfo.processInfo.environment, file: self.file, folder: here)
        var settled = instance.settings
        settled[.httpPort] = String(self.port)
        // Links name the port that listens, which may not be known yet.
        settled[.publicPort] = nil
        // As this start says, not as the last one did.
        for key in instance.folder.tlsSettings.keys { settled[key] = nil }
        let way = self.tls ? instance.folder.tlsSettings : [.tlsSource: "none", .publicScheme: "http"]
        settled.merge(way) { $1 }
        reader.add(settled, ofInstanceIn: self.folderName, above: true)
        var standard: [Setting: String] = [.logLevel: "notice", .managementHost: "127.0.0.1"]
        let next = self.port + 1
        standard[.managementPort] = self.port != 0 && FreePort.isFree(next) ? String(next) : "0"
        reader.add(standard, ofInstanceIn: self.folderName, above: false)
        return try reader.read().configuration
    }
}
