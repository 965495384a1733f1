import BulkheadHummingbird
import HTTPTypes
import Hummingbird
import Tenancy

/// What becomes of a request: its tenant, its checks, and then the upstream that its path belongs to.
struct EdgeResponder: HTTPResponder {
    typealias Context = EdgeContext

    let envelope: RequestEnvelope<EdgeContext>
    let tenants: TenantMiddleware<EdgeContext>
    let strangers: StrangerLimit?
    let routes: EdgeRoutes

    func respond(to request: Request, context: EdgeContext) async throws -> Response {
        try await self.envelope.handle(request, context: context) { request, context in
            guard let strangers = self.strangers, context.scope.target != .admin else {
                return try await self.serve(request, context)
            }
            return try await strangers.guarding(context, isService: false) { try await self.serve(request, context) }
        }
    }

    /// What comes to the admin host is counted by the server behind, which knows administrators.
    private func serve(_ request: Request, _ context: EdgeContext) async throws -> Response {
        guard context.scope.target != .admin else {
            return try await self.routes.respond(to: request, context: context)
        }
        return try await self.tenants.handle(request, context: context) { request, context in
            try await self.routes.respond(to: request, context: context)
        }
    }
}

/// Which upstream a path belongs to.
struct EdgeRoutes: Sendable {
    enum Pages: Sendable {
        case upstream(UpstreamGroup)
        case portal(PortalFiles)
    }

    let pages: Pages
    let api: UpstreamGroup
    let proxy: UpstreamProxy

    func respond(to request: Request, context: EdgeContext) async throws -> Response {
        switch self.pages {
        case _ where Self.isAPI(request.uri.path):
            return try await self.proxy.forward(request, context, to: self.api)
        case .upstream(let group):
            return try await self.proxy.forward(request, context, to: group)
        case .portal(let files):
            // The portal is for tenants; what the admin host shows comes from the API's server.
            guard case .admin = context.scope.target else { return try await files.respond(to: request, context) }
            return try await self.proxy.forward(request, context, to: self.api)
        }
    }

    /// By the path as it was sent: whatever else an upstream makes of it, it is the same upstream for the same bytes.
    static func isAPI(_ path: String) -> Bool {
        path == "/api" || path.hasPrefix("/api/") || path == "/.well-known/jwks.json"
    }

    /// Closes what is kept open.
    func close() {
        if case .upstream(let group) = self.pages { group.close() }
        self.api.close()
    }
}
