import BulkheadHummingbird
import ControlPlane
import HTTPTypes
import Hummingbird
import Tenancy

/// A tenant's clients.
struct ClientsRoutes: RouteGroup {
    let clients: ClientService

    private static let path = "/api/tenant/clients"

    var routes: [Route<BulkheadContext>] {
        [
            Route(RouteEntry(.get, Self.path, side: .tenant, requires: .member)) { try await self.list($0, $1) },
            Route(RouteEntry(.post, Self.path, side: .tenant, requires: .member)) { try await self.create($0, $1) },
            Route(RouteEntry(.get, Self.path + "/{id}", side: .tenant, requires: .member)) {
                try await self.get($0, $1)
            },
            Route(RouteEntry(.put, Self.path + "/{id}", side: .tenant, requires: .member)) {
                try await self.update($0, $1)
            },
            Route(RouteEntry(.delete, Self.path + "/{id}", side: .tenant, requires: .member)) {
                try await self.delete($0, $1)
            },
        ]
    }

    private func list(_ request: Request, _ context: BulkheadContext) async throws -> Response {
        let access = try context.requireMember().access
        let page = try await self.clients.list(PageRequest(query: request.uri.query), in: access)
        return Response.json(Page(items: page.items.map(ClientDocument.init), next: page.next))
    }

    private func create(_ request: Request, _ context: BulkheadContext) async throws -> Response {
        let access = try context.requireMember().access
        let draft = try await Self.draft(request, context)
        let client = try await self.clients.create(draft, in: access)
        return Self.response(client, status: .created, headers: [.location: "\(Self.path)/\(client.id)"])
    }

    private func get(_ request: Request, _ context: BulkheadContext) async throws -> Response {
        let access = try context.requireMember().access
        return Self.response(try await self.clients.get(context.identifier("id", of: "client"), in: access))
    }

    private func update(_ request: Request, _ context: BulkheadContext) async throws -> Response {
        let access = try context.requireMember().access
        let id: ClientID = try context.identifier("id", of: "client")
        let draft = try await Self.draft(request, context)
        let version = try await self.version(of: id, request, access)
        return Self.response(try await self.clients.update(id, to: draft, ifVersion: version, in: access))
    }

    private func delete(_ request: Request, _ context: BulkheadContext) async throws -> Response {
        let access = try context.requireMember().access
        let id: ClientID = try context.identifier("id", of: "client")
        let version = try await self.version(of: id, request, access)
        try await self.clients.delete(id, ifVersion: version, in: access)
        return Response(status: .noContent)
    }

    private func version(of id: ClientID, _ request: Request, _ access: TenantAccess) async throws -> Int? {
        try await VersionCondition(request.headers).version {
            try await self.clients.get(id, in: access).version
        }
    }

    private static func draft(_ request: Request, _ context: BulkheadContext) async throws -> ClientDraft {
        var fields = try await request.jsonFields(context.scope)
        let name = fields.text("name")
        let email = fields.optional("email", .text)
        let phone = fields.optional("phone", .text)
        let notes = fields.optional("notes", .text)
        return try fields.finish { () throws(ValidationError) in
            try ClientDraft(name: name, email: email, phone: phone, notes: notes)
        }
    }

    private static func response(
        _ client: Client, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
    ) -> Response {
        let document = ClientDocument(client: client)
        var headers = headers
        headers[.eTag] = document.entityTag.description
        return Response.json(document, status: status, headers: headers)
    }
}
