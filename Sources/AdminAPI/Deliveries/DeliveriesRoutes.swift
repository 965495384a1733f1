import BulkheadHummingbird
import ControlPlane
import HTTPTypes
import Hummingbird
import Tenancy

/// Mail on its way.
struct DeliveriesRoutes: RouteGroup {
    let deliveries: DeliveryService

    private static let path = "/api/admin/deliveries"

    var routes: [Route<BulkheadContext>] {
        [
            Route(RouteEntry(.get, Self.path, side: .admin, requires: .administrator)) {
                try await self.list($0, $1)
            },
            Route(RouteEntry(.get, Self.path + "/{id}", side: .admin, requires: .administrator)) {
                try await self.get($0, $1)
            },
            Route(RouteEntry(.post, Self.path + "/{id}/resend", side: .admin, requires: .administrator)) {
                try await self.resend($0, $1)
            },
        ]
    }

    private func list(_ request: Request, _ context: BulkheadContext) async throws -> Response {
        let query = request.uri.query
        var problems: [FieldProblem] = []
        let tenant = Self.tenant(query, &problems)
        let request: PageRequest
        do throws(ValidationError) {
            request = try PageRequest(query: query)
        } catch {
            throw ValidationError(problems + error.problems)
        }
        guard problems.isEmpty else { throw ValidationError(problems) }
        let page = try await self.deliveries.list(of: tenant, request)
        return Response.json(Page(items: page.items.map(DeliveryDocument.init), next: page.next))
    }

    private static func tenant(_ query: String?, _ problems: inout [FieldProblem]) -> TenantID? {
        let values = QueryParameter.values("tenant", in: query)
        guard let value = values.first else { return nil }
        if values.count > 1 {
            problems.append(.init(pointer: "/tenant", detail: "must be given once"))
            return nil
        }
        let id = TenantID(value)
        if id == nil { problems.append(.init(pointer: "/tenant", detail: "must be the id of a tenant")) }
        return id
    }

    private func get(_ request: Request, _ context: BulkheadContext) async throws -> Response {
        let delivery = try await self.deliveries.get(context.identifier("id", of: "delivery"))
        return Response.json(DeliveryDocument(delivery: delivery))
    }

    /// Queues the mail anew, as another mail with another link.
    private func resend(_ request: Request, _ context: BulkheadContext) async throws -> Response {
        let principal = try context.requireAdministrator()
        let id: DeliveryID = try context.identifier("id", of: "delivery")
        let body = try await ReceivedBody(of: request, context.scope)
        let repeatable = try IdempotentRequest(request, body: body, principal: principal)
        try body.requireNoFields()
        let answer: @Sendable (Delivery) -> StoredAnswer = { delivery in
            StoredAnswer(
                json: DeliveryDocument(delivery: delivery), status: .accepted,
                headers: [.location: "\(Self.path)/\(delivery.id)"])
        }
        let once = try await self.deliveries.resend(
            id, by: principal, requestID: context.scope.requestID, once: repeatable?.call(answer: answer))
        return Response(once, answer: answer)
    }
}
