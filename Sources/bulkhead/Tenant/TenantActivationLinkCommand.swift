import ArgumentParser
import ControlPlane
import Foundation
import ServerBootstrap
import Tenancy

/// `bulkhead tenant activation-link`.
struct TenantActivationLinkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "activation-link",
        abstract: "Make a link with which the first administrator sets a password.",
        discussion: """
            The link works once, for 24 hours; the one before stops working. It is a secret of that person.

            Examples:
              bulkhead tenant activation-link acme
              bulkhead tenant activation-link acme --json
            """)

    @Argument(help: "The tenant's subdomain or id.")
    var tenant: String

    @OptionGroup var installation: InstallationOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let name = self.tenant
        let result = try await self.installation.withComposition { composition in
            let tenant = try await composition.tenant(named: name)
            let link = try await composition.tenantService.activationLink(
                for: tenant.id, by: .system("cli"), requestID: nil)
            return ActivationLinkOutput(url: link.url, expiresAt: link.expiresAt)
        }
        try self.output.print(result)
    }
}

/// An activation link.
struct ActivationLinkOutput: CommandOutput {
    let url: String
    let expiresAt: Date

    var text: String { "\(self.url)\n\nWorks once, until \(self.expiresAt.formatted(.iso8601))." }
}
