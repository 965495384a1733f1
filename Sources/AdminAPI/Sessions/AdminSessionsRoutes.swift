import BulkheadHummingbird
import ControlPlane
import HTTPTypes
import Hummingbird

/// Signing administrators in.
struct AdminSessionsRoutes: RouteGroup {
    let sessions: AdminSessionService

    var routes: [Route<BulkheadContext>] {
        [
            Route(RouteEntry(.post, "/api/admin/sessions", side: .admin, requires: .nothing, isSignIn: true)) {
                try await self.create($0, $1)
            }
        ]
    }

    private func create(_ request: Request, _ context: BulkheadContext) async throws -> Response {
        let fields = try await SignInFields(request, context.scope, offersCookie: true)
        let session = try await self.sessions.signIn(
            email: fields.email, password: fields.password, requestID: context.scope.requestID,
            from: context.scope.client)
        var headers = HTTPFields()
        if fields.wantsCookie {
            headers[.setCookie] = SessionCookie.setting(session.accessToken, expiresIn: session.expiresIn)
        }
        return Response.json(headers: headers) { json in
            json.member("accessToken", session.accessToken)
            json.member("refreshToken", session.refreshToken)
            json.member("expiresIn", session.expiresIn)
            json.member("tokenType", "Bearer")
        }
    }
}
