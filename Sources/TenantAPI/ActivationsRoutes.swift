import BulkheadHummingbird
import ControlPlane
import HTTPTypes
import Hummingbird
import Tenancy

/// Using an activation link up.
///
/// By POST only: a scanner that opens the links of mails uses nothing up.
struct ActivationsRoutes: RouteGroup {
    let activations: ActivationService

    var routes: [Route<BulkheadContext>] {
        [
            Route(RouteEntry(.post, "/api/tenant/activations", side: .tenant, requires: .nothing)) {
                try await self.create($0, $1)
            }
        ]
    }

    private func create(_ request: Request, _ context: BulkheadContext) async throws -> Response {
        let access = try context.requireTenant().access
        var fields = try await request.jsonFields(context.scope)
        let token = fields.text("token")
        let password = fields.text("password")
        try fields.finish { () throws(ValidationError) in
            if token.utf8.count > 256 {
                throw ValidationError(pointer: "/token", detail: "must be the text behind #token= of the link")
            }
        }
        let member = try await self.activations.activate(
            token: token, password: password, in: access, from: context.scope.client)
        return Response.json { json in
            json.member("id", member.id.uuid)
            json.member("email", member.email.description)
            json.member("name", member.name)
            json.member("role", member.role.rawValue)
            json.member("status", member.status.rawValue)
        }
    }
}
