import ArgumentParser
import ControlPlane
import ServerBootstrap

/// `bulkhead tenant show`.
struct TenantShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one tenant.",
        discussion: """
            Examples:
              bulkhead tenant show acme
              bulkhead tenant show 6f1c1a52-0c1e-4b0e-9d5b-2f6f3f0c7a11 --json
            """)

    @Argument(help: "Its subdomain or its id.")
    var tenant: String

    @OptionGroup var installation: InstallationOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let name = self.tenant
        let result = try await self.installation.withComposition { composition in
            let tenant = try await composition.tenant(named: name)
            return TenantOutput(tenant, url: composition.tenantService.url(of: tenant))
        }
        try self.output.print(result)
    }
}
