import BulkheadHummingbird
import ControlPlane
import HTTPTypes
import Hummingbird
import Tenancy

/// Signing a tenant's members in.
struct MemberSessionsRoutes: RouteGroup {
    let hosts: HostPolicy
    let sessions: MemberSessionService

    var routes: [Route<BulkheadContext>] {
        [
            Route(RouteEntry(.post, "/api/tenant/sessions", side: .tenant, requires: .nothing, isSignIn: true)) {
                try await self.create($0, $1)
            }
        ]
    }

    private func create(_ request: Request, _ context: BulkheadContext) async throws -> Response {
        let tenant = try context.requireTenant()
        let fields = try await SignInFields(request, context.scope)
        let session = try await self.sessions.signIn(
            email: fields.email, password: fields.password, audience: self.hosts.audience(of: tenant.tenant),
            in: tenant.access, from: context.scope.client)
        return Response.json { json in
            json.member("accessToken", session.accessToken)
            json.member("refreshToken", session.refreshToken)
            json.member("expiresIn", session.expiresIn)
            json.member("tokenType", "Bearer")
        }
    }
}
