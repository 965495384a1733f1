import BulkheadHummingbird
import ControlPlane
import Foundation
import HTTPTypes
import Hummingbird
import Tenancy

/// The work about a tenant: starting it anew, looking at it, letting it go on.
struct ProvisioningRoutes: RouteGroup {
    let tenants: TenantService
    let provisioning: ProvisioningService
    let documents: TenantDocuments

    private static let path = "/api/admin/tenants/{id}"

    var routes: [Route<BulkheadContext>] {
        [
            Route(RouteEntry(.post, Self.path + "/provision", side: .admin, requires: .administrator)) {
                try await self.provision($0, $1)
            },
            Route(RouteEntry(.get, Self.path + "/provisioning", side: .admin, requires: .administrator)) {
                try await self.show($0, $1)
            },
            Route(RouteEntry(.post, Self.path + "/provisioning/resume", side: .admin, requires: .administrator)) {
                try await self.resume($0, $1)
            },
        ]
    }

    /// Starts what the tenant lacks.
    private func provision(_ request: Request, _ context: BulkheadContext) async throws -> Response {
        let principal = try context.requireAdministrator()
        let id: TenantID = try context.identifier("id", of: "tenant")
        let body = try await ReceivedBody(of: request, context.scope)
        let repeatable = try IdempotentRequest(request, body: body, principal: principal)
        try body.requireNoFields()
        let answer: @Sendable (Tenant) -> StoredAnswer = { [documents] in documents.answer(workingOn: $0) }
        let once = try await self.tenants.repair(
            id, by: principal, requestID: context.scope.requestID, once: repeatable?.call(answer: answer))
        return Response(once, answer: answer)
    }

    private func show(_ request: Request, _ context: BulkheadContext) async throws -> Response {
        Response.json(try await self.document(of: context.identifier("id", of: "tenant")))
    }

    /// Lets work that gave up go on from where it stopped.
    private func resume(_ request: Request, _ context: BulkheadContext) async throws -> Response {
        let principal = try context.requireAdministrator()
        let id: TenantID = try context.identifier("id", of: "tenant")
        try await ReceivedBody(of: request, context.scope).requireNoFields()
        try await self.provisioning.resume(id, by: principal)
        return Response.json(
            try await self.document(of: id), status: .accepted,
            headers: [.location: TenantDocuments.provisioningPath(of: id)])
    }

    private func document(of id: TenantID) async throws -> ProvisioningDocument {
        let progress = try await self.provisioning.progress(of: id)
        return ProvisioningDocument(
            tenant: id, progress: ProvisioningProgress(progress.run, events: progress.events), now: Date())
    }
}
