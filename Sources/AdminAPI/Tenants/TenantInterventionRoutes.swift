import BulkheadHummingbird
import ControlPlane
import Hummingbird
import Tenancy

/// Suspending and resuming tenants, and what lies between.
struct TenantInterventionRoutes: RouteGroup {
    let tenants: TenantService
    let documents: TenantDocuments

    var routes: [Route<BulkheadContext>] {
        TenantIntervention.allCases.map { intervention in
            let path = "/api/admin/tenants/{id}/" + Self.verb(intervention)
            return Route(RouteEntry(.post, path, side: .admin, requires: .administrator)) {
                try await self.intervene(intervention, $0, $1)
            }
        }
    }

    private static func verb(_ intervention: TenantIntervention) -> String {
        switch intervention {
        case .suspend, .resume, .maintenance: intervention.rawValue
        case .readOnly: "read-only"
        }
    }

    /// Repeating it changes nothing, so no `Idempotency-Key` is needed.
    private func intervene(
        _ intervention: TenantIntervention, _ request: Request, _ context: BulkheadContext
    ) async throws -> Response {
        let principal = try context.requireAdministrator()
        let id: TenantID = try context.identifier("id", of: "tenant")
        let reason = try Self.reason(try await ReceivedBody(of: request, context.scope))
        let tenant = try await self.tenants.intervene(
            intervention, with: id, reason: reason, by: principal, requestID: context.scope.requestID)
        return Response.json(self.documents.document(of: tenant))
    }

    private static func reason(_ body: ReceivedBody) throws -> String? {
        guard var fields = try body.optionalJSONFields() else { return nil }
        let reason = fields.optional("reason", .text)
        return try fields.finish { () throws(ValidationError) in
            if let reason, let problem = TextRule(length: 1...500).problem(in: reason) {
                throw ValidationError(pointer: "/reason", detail: problem)
            }
            return reason
        }
    }
}
