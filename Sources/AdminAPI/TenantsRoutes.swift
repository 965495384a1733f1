import BulkheadHummingbird
import ControlPlane
import HTTPTypes
import Hummingbird
import Tenancy

/// Creating and finding tenants.
struct TenantsRoutes: RouteGroup {
    let tenants: TenantService

    private static let path = "/api/admin/tenants"

    var routes: [Route<BulkheadContext>] {
        [
            Route(RouteEntry(.post, Self.path, side: .admin, requires: .administrator)) {
                try await self.create($0, $1)
            },
            Route(RouteEntry(.get, Self.path, side: .admin, requires: .administrator)) {
                try await self.list($0, $1)
            },
            Route(RouteEntry(.get, Self.path + "/{id}", side: .admin, requires: .administrator)) {
                try await self.get($0, $1)
            },
            Route(RouteEntry(.post, Self.path + "/{id}/activation-links", side: .admin, requires: .administrator)) {
                try await self.createActivationLink($0, $1)
            },
        ]
    }

    /// 202 as for work that goes on; 201 for a client that would rather wait (RFC 7240), once the tenant is active.
    private func create(_ request: Request, _ context: BulkheadContext) async throws -> Response {
        let principal = try context.requireAdministrator()
        let new = try await self.newTenant(request, context)
        let once = try await self.tenants.begin(new, by: principal, requestID: context.scope.requestID)
        guard case .done(let tenant) = once else { throw ProblemDetails.internalError }
        var headers: HTTPFields = [.location: "\(Self.path)/\(tenant.id)"]
        guard let wait = WaitPreference(request.headers), tenant.status == .active else {
            return Response.json(self.document(tenant), status: .accepted, headers: headers)
        }
        headers[.preferenceApplied] = wait.applied
        return Response.json(self.document(tenant), status: .created, headers: headers)
    }

    private func newTenant(_ request: Request, _ context: BulkheadContext) async throws -> NewTenant {
        var fields = try await request.jsonFields(context.scope)
        let tiers = try await self.tenants.tierNames()
        let name = fields.text("name")
        let subdomain = fields.text("subdomain")
        let tier = fields.text("tier")
        let adminEmail = fields.text("adminEmail")
        let adminName = fields.optional("adminName", .text)
        let settings = fields.optional("settings", .settings) ?? [:]
        return try fields.finish { () throws(ValidationError) in
            try NewTenant(
                name: name, subdomain: subdomain, tier: tier, adminEmail: adminEmail, adminName: adminName,
                settings: settings, tiers: tiers)
        }
    }

    private func list(_ request: Request, _ context: BulkheadContext) async throws -> Response {
        let page = try await self.tenants.list(PageRequest(query: request.uri.query))
        return Response.json(Page(items: page.items.map(self.document), next: page.next))
    }

    private func get(_ request: Request, _ context: BulkheadContext) async throws -> Response {
        let tenant = try await self.tenants.get(context.identifier("id", of: "tenant"))
        return Response.json(self.document(tenant))
    }

    private func createActivationLink(_ request: Request, _ context: BulkheadContext) async throws -> Response {
        let principal = try context.requireAdministrator()
        let id: TenantID = try context.identifier("id", of: "tenant")
        if let fields = try await request.optionalJSONFields(context.scope) { try fields.finish {} }
        let link = try await self.tenants.activationLink(for: id, by: principal, requestID: context.scope.requestID)
        return Response.json(status: .created) { json in
            json.member("url", link.url)
            json.member("expiresAt", link.expiresAt)
        }
    }

    private func document(_ tenant: Tenant) -> TenantDocument {
        TenantDocument(tenant: tenant, url: self.tenants.url(of: tenant))
    }
}
