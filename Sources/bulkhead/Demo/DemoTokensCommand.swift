import ArgumentParser
import Foundation
import Identity
import Postgres
import ServerBootstrap
import Tenancy
import TenancyPostgres

/// `bulkhead demo tokens`.
struct DemoTokensCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokens",
        abstract: "Print an access token for the administrator of each invented tenant.",
        discussion: """
            One line of JSON each. The tokens live for 15 minutes. Works on development instances only.

            Examples:
              bulkhead demo tokens --tenants 100 > tokens.jsonl
            """)

    @Option(help: "How many tenants, from t0001 on.")
    var tenants: Int

    @OptionGroup var installation: InstallationOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        try DemoTenant.check(self.tenants)
    }

    func run() async throws {
        let count = self.tenants
        let lines = try await self.installation.withConfiguration { configuration, values in
            // Whoever can run this can sign in as anybody: never where real people are.
            guard values.contains(where: { $0.key == Setting.databaseURL.rawValue && $0.isOfInstance }) else {
                throw CommandFailure(
                    message: "Tokens without a password exist on development instances only; name one with --data")
            }
            let logger = InstallationOptions.logger(configuration, values)
            return try await Composition.use(configuration, logger: logger) { composition in
                var lines: [DemoToken] = []
                for number in 1...count { lines.append(try await Self.token(number, composition)) }
                return lines
            }
        }
        StandardStream.output.write(try lines.map(JSONText.line).joined(separator: "\n"))
    }

    private static func token(_ number: Int, _ composition: Composition) async throws -> DemoToken {
        let tenant = try await composition.tenant(named: DemoTenant.subdomain(number))
        let access = TenantAccess(
            verified: tenant.id, mode: .readOnly, principal: .system("demo"), tier: tenant.tier)
        let answers = try await composition.tenantDatabase.read(
            [
                """
                SELECT id FROM users
                WHERE tenant_id = \(tenant.id.uuid)::uuid AND is_first_admin AND status = 'active'
                """
            ], in: access)
        guard let user = try answers.first?.first?.decode(UUID.self) else {
            throw CommandFailure(message: "The administrator of \(tenant.subdomain) is not active; run demo seed")
        }
        let issued = try composition.keys.tokens.issue(
            .member(UserID(user), .admin, tenant.id),
            audience: composition.configuration.baseDomain.host(of: tenant.subdomain))
        return DemoToken(
            subdomain: tenant.subdomain.description, tenantId: tenant.id.description, token: issued.token)
    }
}

/// A token for the administrator of an invented tenant.
struct DemoToken: Encodable, Sendable {
    let subdomain: String
    let tenantId: String
    let token: String
}
