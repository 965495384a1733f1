import ArgumentParser
import Foundation
import PgBouncer
import ServerBootstrap

/// `bulkhead pgbouncer status`.
struct PgBouncerStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show how PgBouncer is doing.",
        discussion: """
            Reads its figures as a user who may do nothing else. Exit code 1 if it cannot be asked; what somebody \
            should look at is in the output.

            Examples:
              bulkhead pgbouncer status --url-file /etc/pgbouncer/status.url
              BULKHEAD_PGBOUNCER_URL=... bulkhead pgbouncer status --json
            """)

    /// The file with the address, beside the configuration.
    static let fileName = "status.url"

    @Option(
        help: ArgumentHelp(
            "The file with the console's URL, as 'pgbouncer config' writes it.",
            discussion: "Default: the setting pgbouncer.url.", valueName: "file"))
    var urlFile: String?

    @Option(help: ArgumentHelp("Read settings from this file.", valueName: "file"))
    var config: String?

    @OptionGroup var output: OutputOptions

    func run() async throws {
        try self.output.print(PgBouncerStatusOutput(status: try await PoolerConsole(url: try self.url()).status()))
    }

    private func url() throws -> DatabaseURL {
        if let urlFile {
            guard let url = DatabaseURL(try SecretInput.read(urlFile)) else {
                throw CommandFailure(message: "\(urlFile) must hold \(Setting.pgbouncerURL.rule)")
            }
            return url
        }
        let reader = ConfigurationReader(
            flags: [:], environment: ProcessInfo.processInfo.environment,
            file: self.config.map { URL(fileURLWithPath: $0) }, folder: InstallationOptions.here)
        guard let url = try reader.readPoolerURL() else {
            throw CommandFailure(
                message: "Nobody has said where PgBouncer's console is; say --url-file, or set "
                    + Setting.pgbouncerURL.variable, exitCode: CommandExit.usage)
        }
        return url
    }
}
