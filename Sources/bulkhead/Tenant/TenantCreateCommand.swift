import ArgumentParser
import ControlPlane
import ServerBootstrap
import Tenancy

/// `bulkhead tenant create`.
struct TenantCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Create a tenant, with its schema, tables, policies and first administrator.",
        discussion: """
            All or nothing: a creation that fails leaves nothing behind.

            Examples:
              bulkhead tenant create acme --name "Acme Ltd" --admin-email a@acme.example
              bulkhead tenant create acme --name Acme --tier premium \\
                  --admin-email a@acme.example --setting currency=EUR
            """)

    @Argument(help: "The label under which the tenant is reached: acme of acme.example.com.")
    var subdomain: String

    @Option(help: "What people call it.")
    var name: String

    @Option(help: ArgumentHelp("The address of its first administrator.", valueName: "address"))
    var adminEmail: String

    @Option(help: ArgumentHelp("The name of its first administrator.", valueName: "name"))
    var adminName: String?

    @Option(help: "The row of limits that applies.")
    var tier = "standard"

    @Option(
        help: ArgumentHelp(
            "A setting that differs from the tier's; several values separated by commas.", valueName: "key=value"))
    var setting: [String] = []

    @OptionGroup var installation: InstallationOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let settings = try self.settings()
        let command = self
        let result = try await self.installation.withComposition { composition in
            let service = composition.tenantService
            let new = try NewTenant(
                name: command.name, subdomain: command.subdomain, tier: command.tier, adminEmail: command.adminEmail,
                adminName: command.adminName, settings: settings, tiers: try await service.tierNames())
            let tenant = try await service.create(new, by: .system("cli"))
            return TenantOutput(tenant, url: service.url(of: tenant))
        }
        if self.output.json { return try self.output.print(result) }
        StandardStream.output.write(
            "Tenant \(result.subdomain) is active.\n\n\(result.text)\n\n"
                + "A link for its administrator: bulkhead tenant activation-link \(result.subdomain)")
    }

    private func settings() throws -> [String: SettingValue] {
        var settings: [String: SettingValue] = [:]
        for pair in self.setting {
            let parts = pair.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else {
                throw ArgumentParser.ValidationError("--setting takes key=value, not '\(pair)'.")
            }
            let isList = parts[0] == SettingKey.features.rawValue
            settings[parts[0]] = isList ? .list(parts[1].split(separator: ",").map(String.init)) : .text(parts[1])
        }
        return settings
    }
}
