import ArgumentParser
import Foundation
import Identity
import ServerBootstrap
import Tenancy
import TenancyPostgres

/// `bulkhead keys retire`.
struct KeysRetireCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retire",
        abstract: "Take a key out of use: whatever it signed is refused from now on.",
        discussion: """
            Refused while something that the key signed may still be in use: for 16 minutes after the rotation of a \
            token key, for 1 minute after that of a context key. --force does it anyway, for a key that has leaked.

            Examples:
              bulkhead keys retire 3f9a1c0b5d7e2f48
              bulkhead keys retire 3f9a1c0b5d7e2f48 --force
            """)

    @Argument(help: "The name of the key, as 'bulkhead keys list' shows it.")
    var kid: String

    @Flag(help: "Even if tokens in circulation become worthless.")
    var force = false

    @OptionGroup var installation: InstallationOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let (kid, force) = (self.kid, self.force)
        let result = try await self.installation.withComposition { composition in
            try await Self.retire(kid, force: force, composition.keys)
        }
        try self.output.print(result)
    }

    private static func retire(_ kid: String, force: Bool, _ keys: LiveKeys) async throws -> RetirementOutput {
        let all = try await keys.ring.list()
        guard let key = all.first(where: { $0.kid == kid }) else {
            // The database's own, or one that only the database knows.
            guard try await keys.register.list().contains(where: { $0.kid == kid }) else {
                throw DomainError.notFound("key")
            }
            guard try await keys.register.retire(kid) else {
                throw DomainError.conflict("Key \(kid) is retired already.")
            }
            return RetirementOutput(kid: kid)
        }
        if !force, key.state == .verifying { try Self.checkAge(of: key, among: all) }
        try await keys.ring.retire(kid: kid, by: .system("cli"))
        if key.purpose == .context { _ = try await keys.register.retire(kid) }
        return RetirementOutput(kid: kid)
    }

    /// The key signed until its successor came into use everywhere; what it signed last must have expired.
    private static func checkAge(of key: KeySummary, among all: [KeySummary]) throws {
        let successors = all.filter { $0.purpose == key.purpose && $0.createdAt > key.createdAt }
        guard let successor = successors.map(\.createdAt).min() else { return }
        let lifetime: TimeInterval = key.purpose == .token ? 16 * 60 : 60
        let safe = successor.addingTimeInterval(lifetime)
        guard safe > Date() else { return }
        throw CommandFailure(
            message: "What key \(key.kid) has signed may be in use until \(safe.formatted(.iso8601)). Retire it then, "
                + "or now with --force")
    }
}

/// A key that was retired.
struct RetirementOutput: CommandOutput {
    let kid: String

    var text: String { "Key \(self.kid) is retired; running servers follow within 30 seconds." }
}
