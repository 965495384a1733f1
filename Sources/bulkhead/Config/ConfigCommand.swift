import ArgumentParser
import ServerBootstrap

/// `bulkhead config`.
struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Look at the configuration.", subcommands: [ConfigCheckCommand.self])
}

/// `bulkhead config check`.
struct ConfigCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Show the values in force and where they come from, or everything that is wrong.",
        discussion: """
            Passwords are not shown. Exit code 1 if something is missing or wrong.

            Examples:
              bulkhead config check
              bulkhead config check --config /etc/bulkhead.yaml --json
              bulkhead config check --role edge
            """)

    @Option(help: ArgumentHelp("For which role of 'bulkhead serve'; an edge needs less.", valueName: "role"))
    var role = ServerRole.all

    @OptionGroup var installation: InstallationOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        do {
            let values =
                self.role == .edge
                ? try self.installation.reader().readEdge().values
                : try await self.installation.withConfiguration { _, values in values }
            try self.output.print(ConfigCheckOutput(values: values, problems: []))
        } catch let error as ConfigurationError where self.output.json {
            try self.output.print(ConfigCheckOutput(values: [], problems: error.problems))
            throw ExitCode(CommandExit.failed)
        }
    }
}

/// The values in force.
struct ConfigCheckOutput: CommandOutput {
    let values: [EffectiveValue]
    let problems: [ConfigurationProblem]

    var text: String {
        let blocks = self.values.map { value in
            let line = "\(value.key) = \(value.value ?? "(none)")"
            return "\(line)\n    \(value.variable), from: \(value.origin)"
        }
        return blocks.joined(separator: "\n")
    }
}
