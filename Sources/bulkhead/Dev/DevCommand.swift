import ArgumentParser
import Foundation
import LocalServers
import Logging
import ServerBootstrap
import TenancyPostgres

/// `bulkhead dev`.
struct DevCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dev",
        abstract: "Run everything on this machine, with a PostgreSQL of its own.",
        discussion: """
            Makes a private PostgreSQL cluster in the data folder, prepares it, makes a first administrator and \
            serves. Ctrl-C stops everything; the data stay for the next run.

            Examples:
              bulkhead dev
              bulkhead dev --port 9000 --data /tmp/try
              bulkhead dev --tls           HTTPS, with an authority of this machine's own
              bulkhead dev --json          one line of JSON once ready, for scripts
            """)

    @Option(help: ArgumentHelp("The port of the HTTP listener; 0 takes any free one.", valueName: "port"))
    var port = 8080

    @Option(
        help: ArgumentHelp(
            "The port of the management listener.", discussion: "Default: the next after --port if it is free.",
            valueName: "port"))
    var managementPort: Int?

    @Option(help: ArgumentHelp("Where the data are.", valueName: "folder"))
    var data = DevelopmentFolder.standard

    @Flag(help: "Speak HTTPS, with a certificate by an authority of its own; see 'bulkhead certs trust'.")
    var tls = false

    @Option(help: ArgumentHelp("Read further settings from this file.", valueName: "file"))
    var config: String?

    @Option(help: ArgumentHelp("Log to standard error from this level on. Default: notice.", valueName: "level"))
    var logLevel: String?

    @OptionGroup var output: OutputOptions

    func validate() throws {
        for port in [self.port, self.managementPort ?? 0] where !(0...65_535).contains(port) {
            throw ArgumentParser.ValidationError("\(port) is no port; choose one from 0 to 65535.")
        }
    }

    func run() async throws {
        try self.checkPort()
        let folder = DevelopmentFolder(URL(fileURLWithPath: self.data))
        let isNew = !folder.holdsInstance
        if isNew, !self.output.json {
            StandardStream.error.write("Making a PostgreSQL cluster in \(self.data) ...")
        }
        let instance = try await DevelopmentInstance.start(
            in: folder, logger: InstallationOptions.quietLogger)
        do {
            try await self.serve(instance, isNew: isNew)
        } catch {
            // Stopped already, unless the server did not even get to start.
            try await instance.postgres.stop()
            throw error
        }
    }

    private func serve(_ instance: DevelopmentInstance, isNew: Bool) async throws {
        let configuration = try self.configuration(of: instance)
        let logger = InstallationOptions.logger(at: configuration.logLevel)
        let report = try await instance.complete(configuration, logger: logger)
        for failure in report.failed {
            logger.error(
                "Tenant not migrated", metadata: ["tenant": "\(failure.tenant)", "reason": "\(failure.reason)"])
        }
        let (output, data, tls) = (self.output, self.data, self.tls)
        let server = Server(
            configuration, companions: [LocalPostgresService(instance.postgres)], logger: logger
        ) { addresses in
            do {
                try instance.remember(httpPort: addresses.httpPort, tls: tls)
                try output.print(
                    DevReady(
                        instance, addresses, data: data, tls: tls, showsPassword: isNew))
            } catch {
                logger.error("The addresses could not be printed", metadata: ["error": "\(error)"])
            }
        }
        try await server.run()
    }

    private func configuration(of instance: DevelopmentInstance) throws -> ServerConfiguration {
        var flags: [Setting: String] = [:]
        if let logLevel { flags[.logLevel] = logLevel }
        if let managementPort { flags[.managementPort] = String(managementPort) }
        var reader = ConfigurationReader(
            flags: flags, environment: ProcessInfo.processInfo.environment,
            file: self.config.map { URL(fileURLWithPath: $0) }, folder: InstallationOptions.here)
        var settled = instance.settings
        settled[.httpPort] = String(self.port)
        // Links name the port that listens, which may not be known yet.
        settled[.publicPort] = nil
        // As this start says, not as the last one did.
        for key in instance.folder.tlsSettings.keys { settled[key] = nil }
        let way = self.tls ? instance.folder.tlsSettings : [.tlsSource: "none", .publicScheme: "http"]
        settled.merge(way) { $1 }
        reader.add(settled, ofInstanceIn: self.data, above: true)
        var standard: [Setting: String] = [.logLevel: "notice", .managementHost: "127.0.0.1"]
        let next = self.port + 1
        standard[.managementPort] = self.port != 0 && FreePort.isFree(next) ? String(next) : "0"
        reader.add(standard, ofInstanceIn: self.data, above: false)
        return try reader.read().configuration
    }

    /// Found out before anything is started: the commonest reason why nothing works.
    private func checkPort() throws {
        guard self.port == 0 || FreePort.isFree(self.port) else {
            throw CommandFailure(
                message: "Port \(self.port) on 127.0.0.1 is taken by another program. Stop that one, or choose another "
                    + "port: bulkhead dev --port \(self.port == 8080 ? 8090 : 8080)")
        }
    }
}
