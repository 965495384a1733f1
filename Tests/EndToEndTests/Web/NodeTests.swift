import Foundation
import Testing

/// The tests of the package in `web/next`, which run on Node.js.
struct NodeTests {
    /// What they came to.
    struct Report: CustomTestStringConvertible {
        let status: Int32
        let output: String
        let errors: String

        /// How many tests there were, by what became of them: `pass`, `fail`, `skipped`, `tests`.
        func count(_ outcome: String) -> Int? {
            self.output.split(separator: "\n").last { $0.hasPrefix("# \(outcome) ") }
                .flatMap { Int($0.dropFirst("# \(outcome) ".count)) }
        }

        /// Whether at least so many ran, and all passed.
        func passed(atLeast minimum: Int) -> Bool {
            guard let tests = self.count("tests"), tests >= minimum else { return false }
            return self.status == 0 && self.count("pass") == tests && self.count("fail") == 0
        }

        var testDescription: String {
            "exit code \(self.status)\n\(self.output.suffix(8_000))\n\(self.errors.suffix(4_000))"
        }
    }

    private let program: StartedProgram

    /// Builds the package and starts those in the folder `test/<group>`.
    init(_ group: String, environment: [String: String] = [:]) throws {
        let root = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        self.program = try StartedProgram(
            root.appendingPathComponent("web/next/run-tests").path, [group], environment: environment)
    }

    var isRunning: Bool { self.program.isRunning }

    func report() async -> Report {
        let status = await self.program.waitForEnd()
        return Report(status: status, output: self.program.output, errors: self.program.errors)
    }
}
