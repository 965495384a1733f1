import ArgumentParser
import Foundation
import Identity
import ServerBootstrap
import TenancyPostgres

/// `bulkhead keys list`.
struct KeysListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List all keys there ever were; never their secrets.",
        discussion: """
            Examples:
              bulkhead keys list
              bulkhead keys list --json
            """)

    @OptionGroup var installation: InstallationOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let result = try await self.installation.withComposition { composition in
            let ours = try await composition.keys.ring.list().map(KeyOutput.init)
            let theirs = try await composition.keys.register.list().filter { $0.kind == "database" }
            return KeysOutput(keys: ours + KeyOutput.database(theirs))
        }
        try self.output.print(result)
    }
}

/// A key as commands show it.
struct KeyOutput: Encodable, Sendable {
    let kid: String
    /// `token`, `context` or `database`.
    let purpose: String
    /// `current`, `verifying` or `retired`.
    let state: String
    let createdAt: Date
    let retiredAt: Date?

    init(_ key: KeySummary) {
        self.kid = key.kid
        self.purpose = key.purpose.rawValue
        self.state = key.state.rawValue
        self.createdAt = key.createdAt
        self.retiredAt = key.retiredAt
    }

    private init(_ key: ContextKeyRecord, isNewest: Bool) {
        self.kid = key.kid
        self.purpose = key.kind
        self.state = key.retiredAt != nil ? "retired" : isNewest ? "current" : "verifying"
        self.createdAt = key.createdAt
        self.retiredAt = key.retiredAt
    }

    /// The database's own keys, newest first.
    static func database(_ records: [ContextKeyRecord]) -> [KeyOutput] {
        let newest = records.last { $0.retiredAt == nil }?.kid
        return records.reversed().map { KeyOutput($0, isNewest: $0.kid == newest) }
    }
}

/// The keys of an installation.
struct KeysOutput: CommandOutput {
    let keys: [KeyOutput]

    var text: String {
        // The name whole, since 'keys retire' takes it; when a key was retired is in the JSON.
        let rows = self.keys.map { [$0.kid, $0.purpose, $0.state, $0.createdAt.formatted(.iso8601)] }
        return TextTable(columns: ["KID", "PURPOSE", "STATE", "CREATED"], rows: rows).text
    }
}
