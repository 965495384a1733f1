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
        var flags: [Setting: String] = [:]
        if let logLevel { flags[.logLevel] = logLevel }
        if let managementPort { flags[.managementPort] = String(managementPort) }
        var server = DevelopmentServer(folder: folder, folderName: self.data, port: self.port)
        server.tls = self.tls
        server.flags = flags
        server.file = self.config.map { URL(fileURLWithPath: $0) }
        let (output, data, tls) = (self.output, self.data, self.tls)
        try await server.run(
            quiet: InstallationOptions.quietLogger, logger: { InstallationOptions.logger(at: $0) }
        ) { instance, addresses, logger in
            do {
                try output.print(DevReady(instance, addresses, data: data, tls: tls, showsPassword: isNew))
            } catch {
                logger.error("The addresses could not be printed", metadata: ["error": "\(error)"])
            }
        }
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
