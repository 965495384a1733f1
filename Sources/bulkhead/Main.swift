import ArgumentParser
import Foundation
import Logging

/// Parses the command line, runs the command, and turns what happens into words and an exit code.
@main
enum Main {
    static func main() async {
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        do {
            var command = try Bulkhead.parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            exit(Self.report(error))
        }
    }

    /// Says what happened and returns the exit code.
    private static func report(_ error: any Error) -> Int32 {
        let code = Bulkhead.exitCode(for: error)
        if error is ExitCode { return code.rawValue }
        if code.isSuccess {
            StandardStream.output.write(Self.fitting(Bulkhead.fullMessage(for: error)))
            return 0
        }
        if code == .validationFailure {
            StandardStream.error.write(Self.fitting(Bulkhead.fullMessage(for: error)))
            return CommandExit.usage
        }
        StandardStream.error.write(Complaint(error).text)
        return (error as? CommandFailure)?.exitCode ?? CommandExit.failed
    }

    /// The parser breaks most lines, and usage lines not.
    private static func fitting(_ text: String) -> String {
        Paragraph(text: text, indent: "  ").lines.joined(separator: "\n")
    }
}
