import ArgumentParser
import Foundation

/// What a command has to say: as text for people, encoded for programs.
protocol CommandOutput: Encodable, Sendable {
    /// For people, at most 80 columns wide where its contents permit.
    var text: String { get }
}

/// How a command says it.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Print JSON for programs instead of text for people.")
    var json = false

    /// Says it on standard output.
    func print(_ output: some CommandOutput) throws {
        StandardStream.output.write(self.json ? try JSONText.line(output) : output.text)
    }
}

/// JSON as every command prints it.
enum JSONText {
    /// On one line, keys in alphabetical order, times by RFC 3339.
    static func line(_ value: some Encodable) throws -> String {
        try self.text(value, [.sortedKeys, .withoutEscapingSlashes])
    }

    /// On many lines.
    static func pretty(_ value: some Encodable) throws -> String {
        try self.text(value, [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted])
    }

    private static func text(_ value: some Encodable, _ form: JSONEncoder.OutputFormatting) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = form
        encoder.dateEncodingStrategy = .iso8601
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
