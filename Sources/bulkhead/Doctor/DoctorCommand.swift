import ArgumentParser
import ServerBootstrap

/// `bulkhead doctor`.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Examine the installation: isolation, keys, versions, clocks, audit trails.",
        discussion: """
            Reads only. Exit code 1 if somebody has to act; warnings alone do not count.

            Examples:
              bulkhead doctor
              bulkhead doctor --json
            """)

    @OptionGroup var installation: InstallationOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let report = try await self.installation.withComposition { composition in
            let bar = ProgressBar("Examining tenants")
            defer { bar.finish() }
            return try await Doctor(composition).examine { bar.show($0, of: $1) }
        }
        try self.output.print(DoctorOutput(report: report))
        if !report.isHealthy { throw ExitCode(CommandExit.failed) }
    }
}

/// What an examination found.
struct DoctorOutput: CommandOutput {
    let report: DoctorReport

    private enum CodingKeys: CodingKey {
        case healthy, checks
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(self.report.isHealthy, forKey: .healthy)
        try container.encode(self.report.checks, forKey: .checks)
    }

    var text: String {
        let rows = self.report.checks.map { [Self.word($0.status), $0.name, $0.detail] }
        var lines = [TextTable(columns: ["STATUS", "CHECK", "RESULT"], rows: rows).text]
        for check in self.report.checks where !check.findings.isEmpty {
            lines.append("\n\(check.name):")
            lines += check.findings.flatMap { Paragraph(text: "  - \($0)", indent: "    ").lines }
        }
        lines.append(self.report.isHealthy ? "\nNobody has to act." : "\nSomebody has to act.")
        return lines.joined(separator: "\n")
    }

    private static func word(_ status: DoctorReport.Status) -> String {
        switch status {
        case .ok: return "ok"
        case .warning: return "warning"
        case .problem: return "PROBLEM"
        }
    }
}
