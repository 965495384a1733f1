import ArgumentParser
import ControlPlane
import ServerBootstrap
import Tenancy
import TenancyPostgres

/// `bulkhead tenant`.
struct TenantCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tenant", abstract: "Create and look at tenants.",
        subcommands: [
            TenantCreateCommand.self, TenantListCommand.self, TenantShowCommand.self, TenantActivationLinkCommand.self,
        ])
}

extension Composition {
    /// The tenant that a person names by its subdomain or its id.
    ///
    /// - Throws: `DomainError.notFound`.
    func tenant(named name: String) async throws -> Tenant {
        if let id = TenantID(name) { return try await self.tenantService.get(id) }
        guard let subdomain = Subdomain(stored: name.lowercased()),
            let tenant = try await self.tenants.tenant(subdomain)
        else { throw CommandFailure(message: "There is no tenant '\(name)'; 'bulkhead tenant list' shows all") }
        return tenant
    }
}
