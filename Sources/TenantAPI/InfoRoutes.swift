import BulkheadHummingbird
import ControlPlane
import Foundation
import HTTPTypes
import Hummingbird
import Tenancy

/// What a member's program wants to know first: where it is and who it is.
struct InfoRoutes: RouteGroup {
    let urls: TenantURL
    let sessions: MemberSessionService

    var routes: [Route<BulkheadContext>] {
        [
            Route(RouteEntry(.get, "/api/tenant/info", side: .tenant, requires: .member)) { _, context in
                try await self.get(context)
            }
        ]
    }

    private func get(_ context: BulkheadContext) async throws -> Response {
        let context = try context.requireMember()
        try await self.sessions.confirm(context.access)
        let tenant = context.tenant
        return Response.json { json in
            json.member("id", tenant.id.uuid)
            json.member("name", tenant.name)
            json.member("subdomain", tenant.subdomain.description)
            json.member("tier", tenant.tier.description)
            json.member("status", tenant.status.rawValue)
            json.member("url", self.urls.url(of: tenant.subdomain))
            guard case .member(let id, let role) = context.principal else { return }
            json.name("member")
            json.object { json in
                json.member("id", id.uuid)
                json.member("role", role.rawValue)
            }
        }
    }
}
