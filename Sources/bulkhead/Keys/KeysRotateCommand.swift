import ArgumentParser
import Identity
import ServerBootstrap
import Tenancy
import TenancyPostgres

/// What can be rotated.
enum RotatedKey: String, CaseIterable, ExpressibleByArgument {
    case token
    case context
    case database
}

/// `bulkhead keys rotate`.
struct KeysRotateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Add a key that signs from now on.",
        discussion: """
            What older keys have signed stays valid until they are retired.

            Examples:
              bulkhead keys rotate token
              bulkhead keys rotate context
              bulkhead keys rotate database
            """)

    @Argument(help: "token, context or database.")
    var purpose: RotatedKey

    @OptionGroup var installation: InstallationOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let purpose = self.purpose
        let result = try await self.installation.withComposition { composition in
            RotationOutput(kid: try await Self.rotate(purpose, composition.keys), purpose: purpose.rawValue)
        }
        try self.output.print(result)
    }

    private static func rotate(_ purpose: RotatedKey, _ keys: LiveKeys) async throws -> String {
        switch purpose {
        case .token: return try await keys.ring.rotateSigningKey(by: .system("cli")).kid
        case .database: return try await keys.register.rotateDatabaseKey()
        case .context:
            let kid = try await keys.ring.rotateContextKey(by: .system("cli")).kid
            // Servers install it before they sign with it; so that doctor and readiness never see a gap, so do we.
            try await keys.register.install(try await keys.ring.contextKeys())
            return kid
        }
    }
}

/// A key that was made.
struct RotationOutput: CommandOutput {
    let kid: String
    let purpose: String

    var text: String {
        "Key \(self.kid) signs from now on (\(self.purpose)); running servers follow within 30 seconds."
    }
}
