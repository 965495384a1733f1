import ArgumentParser
import Foundation
import Logging
import ServerBootstrap

/// Which installation a command works on.
struct InstallationOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Read settings from this file.", discussion: "Default: bulkhead.yaml, if there is one.", valueName: "file"))
    var config: String?

    @Option(
        help: ArgumentHelp(
            "Work on the development instance in this folder.",
            discussion: "Default: .bulkhead, if there is one and no database is configured.", valueName: "folder"))
    var data: String?

    @Option(
        name: .customLong("database-url"), help: ArgumentHelp("The catalog, as bulkhead_control.", valueName: "url"))
    var databaseURL: String?

    @Option(
        name: .customLong("app-database-url"),
        help: ArgumentHelp("Tenants' rows, as bulkhead_app.", valueName: "url"))
    var appDatabaseURL: String?

    @Option(help: ArgumentHelp("The file with the installation's secret.", valueName: "file"))
    var secretFile: String?

    @Option(help: ArgumentHelp("Log to standard error from this level on.", valueName: "level"))
    var logLevel: String?

    /// What the flags say.
    var flags: [Setting: String] {
        let all: [Setting: String?] = [
            .databaseURL: self.databaseURL, .appDatabaseURL: self.appDatabaseURL, .secretFile: self.secretFile,
            .logLevel: self.logLevel,
        ]
        return all.compactMapValues(\.self)
    }

    /// Everything that can be read, flags of the command itself on top.
    func reader(flags more: [Setting: String] = [:]) -> ConfigurationReader {
        ConfigurationReader(
            flags: self.flags.merging(more) { $1 }, environment: ProcessInfo.processInfo.environment,
            file: self.config.map { URL(fileURLWithPath: $0) }, folder: Self.here)
    }

    /// Lends the effective configuration; that of a development instance with its database running.
    nonisolated func withConfiguration<Value: Sendable>(
        flags: [Setting: String] = [:],
        _ body: (ServerConfiguration, [EffectiveValue]) async throws -> Value
    ) async throws -> Value {
        var reader = self.reader(flags: flags)
        let standard = DevelopmentFolder(Self.here.appending(path: DevelopmentFolder.standard))
        let folder: DevelopmentFolder
        if let data {
            folder = DevelopmentFolder(URL(fileURLWithPath: data))
        } else if !reader.namesDatabase, standard.holdsInstance {
            folder = standard
        } else {
            let (configuration, values) = try reader.read()
            return try await body(configuration, values)
        }
        let isNamed = self.data != nil
        return try await folder.attached(logger: Self.quietLogger) { settings in
            reader.add(settings, ofInstanceIn: folder.url.lastPathComponent, above: isNamed)
            let (configuration, values) = try reader.read()
            return try await body(configuration, values)
        }
    }

    /// Lends the installation.
    nonisolated func withComposition<Value: Sendable>(
        _ body: @escaping @Sendable (Composition) async throws -> Value
    ) async throws -> Value {
        try await self.withConfiguration { configuration, values in
            try await Composition.use(configuration, logger: Self.logger(configuration, values), body)
        }
    }

    /// A logger that disturbs nobody unless somebody asked for its words.
    static func logger(_ configuration: ServerConfiguration, _ values: [EffectiveValue]) -> Logger {
        let isChosen = values.contains { $0.key == Setting.logLevel.rawValue && $0.origin != "default" }
        return isChosen ? Self.logger(at: configuration.logLevel) : Self.quietLogger
    }

    static var quietLogger: Logger { self.logger(at: .error) }

    /// A logger for events from `level` on.
    static func logger(at level: Logger.Level) -> Logger {
        var logger = Logger(label: "bulkhead")
        logger.logLevel = level
        return logger
    }

    static var here: URL { URL(fileURLWithPath: FileManager.default.currentDirectoryPath, isDirectory: true) }
}
