import BulkheadHummingbird
import ControlPlane
import HTTPTypes
import Hummingbird
import Tenancy

/// Creating, finding and removing tenants.
struct TenantsRoutes: RouteGroup {
    let tenants: TenantService
    let provisioning: ProvisioningService
    let idempotency: any IdempotencyRepository
    let documents: TenantDocuments

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
            Route(RouteEntry(.delete, Self.path + "/{id}", side: .admin, requires: .administrator)) {
                try await self.delete($0, $1)
            },
            Route(RouteEntry(.post, Self.path + "/{id}/activation-links", side: .admin, requires: .administrator)) {
                try await self.createActivationLink($0, $1)
            },
        ]
    }

    /// 202 as for work that goes on; 201 for a client that would rather wait (RFC 7240), once the tenant is active.
    private func create(_ request: Request, _ context: BulkheadContext) async throws -> Response {
        let principal = try context.requireAdministrator()
        let body = try await ReceivedBody(of: request, context.scope)
        let repeatable = try IdempotentRequest(request, body: body, principal: principal)
        let new = try await self.newTenant(body)
        let documents = self.documents
        let once = try await self.tenants.begin(
            new, by: principal, requestID: context.scope.requestID,
            once: repeatable?.call { documents.answer(creating: $0) })
        let wait = CreationWait(
            provisioning: self.provisioning, idempotency: self.idempotency, documents: documents)
        return await wait.response(
            to: once, key: repeatable?.key, wait: WaitPreference(request.headers), logger: context.logger)
    }

    private func newTenant(_ body: ReceivedBody) async throws -> NewTenant {
        var fields = try body.jsonFields()
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
        return Response.json(Page(items: page.items.map(self.documents.document), next: page.next))
    }

    private func get(_ request: Request, _ context: BulkheadContext) async throws -> Response {
        let tenant = try await self.tenants.get(context.identifier("id", of: "tenant"))
        return Response.json(self.documents.document(of: tenant))
    }

    /// Starts the removal; asking again finds it under way, or done.
    private func delete(_ request: Request, _ context: BulkheadContext) async throws -> Response {
        let principal = try context.requireAdministrator()
        let id: TenantID = try context.identifier("id", of: "tenant")
        let tenant = try await self.tenants.remove(id, by: principal, requestID: context.scope.requestID)
        return Response(self.documents.answer(workingOn: tenant))
    }

    private func createActivationLink(_ request: Request, _ context: BulkheadContext) async throws -> Response {
        let principal = try context.requireAdministrator()
        let id: TenantID = try context.identifier("id", of: "tenant")
        try await ReceivedBody(of: request, context.scope).requireNoFields()
        let link = try await self.tenants.activationLink(for: id, by: principal, requestID: context.scope.requestID)
        return Response.json(status: .created) { json in
            json.member("url", link.url)
            json.member("expiresAt", link.expiresAt)
        }
    }
}
