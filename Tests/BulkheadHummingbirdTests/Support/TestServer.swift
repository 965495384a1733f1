import AdminAPI
import BulkheadHummingbird
import ControlPlane
import Foundation
import HTTPTypes
import Hummingbird
import Identity
import Logging
import Mail
import NIOCore
import Tenancy
import TenantAPI
import Testing

/// Bulkhead's HTTP layer over memory: two tenants, acme and globex, and an administrator.
struct TestServer: Sendable {
    static let password = "correct horse battery"

    let catalog = MemoryCatalog()
    let log = LogRecorder()
    let hosts: HostPolicy
    let key: SigningKey
    let tokens: TokenAuthority
    let hasher = PasswordHasher(cost: .cheapest, workers: 1, queueLimit: 8)
    let responder: HostRouter<BulkheadContext>
    let acme: Tenant
    let globex: Tenant
    let admin: GlobalAdmin

    init(
        trusted: [String] = [], problems: ProblemTranslator = .init(), bareIsAdmin: Bool = false,
        mailbox: Mailbox? = nil, edgeToken: String? = nil, limits: TestLimits? = nil,
        inner: [any MiddlewareProtocol<Request, Response, BulkheadContext>] = []
    ) async throws {
        let base = try #require(BaseDomain("example.com"))
        self.hosts = HostPolicy(
            baseDomain: base, bareIsAdmin: bareIsAdmin,
            trustedPeers: TrustedPeers(try trusted.map { try #require(AddressRange($0)) }))
        self.key = SigningKey.generate()
        self.tokens = TokenAuthority(issuer: "https://example.com", keys: SigningKeySet(current: self.key))
        self.acme = try self.catalog.addTenant("acme")
        self.globex = try self.catalog.addTenant("globex")
        let hash = try await self.hasher.hash(Self.password)
        self.admin = try await self.catalog.create(
            email: try #require(EmailAddress("root@example.com")), name: "Root", passwordHash: hash,
            by: .system("test"))
        let signIns = limits?.signIns(self.catalog, self.log.logger)
        let admin = Self.adminRoutes(self.catalog, self.hosts, self.tokens, self.hasher, mailbox, signIns)
        let tenant = Self.tenantRoutes(self.catalog, self.hosts, self.tokens, self.hasher, self.log.logger, signIns)
        self.responder = HostRouter(
            hosts: self.hosts, problems: problems,
            admin: admin.side(inner: (limits.map { [$0.administrators] } ?? []) + inner),
            tenant: tenant.side(inner: (limits.map { [$0.tenants] } ?? []) + inner),
            service: EdgeTenantsRoutes(
                hosts: self.hosts, directory: self.catalog, token: edgeToken.flatMap { ServiceToken($0) }
            ).side(), strangers: limits?.strangers)
    }

    private static func adminRoutes(
        _ catalog: MemoryCatalog, _ hosts: HostPolicy, _ tokens: TokenAuthority, _ hasher: PasswordHasher,
        _ mailbox: Mailbox?, _ limits: SignInGuard?
    ) -> AdminRoutes {
        AdminRoutes(
            hosts: hosts,
            tenants: TenantService(
                tenants: catalog, tiers: catalog, provisioner: catalog, members: catalog, audit: catalog,
                baseURL: TenantURL(scheme: "https", baseDomain: hosts.baseDomain, port: nil)),
            provisioning: catalog.provisioning, deliveries: DeliveryService(deliveries: catalog),
            sessions: AdminSessionService(
                admins: catalog, hasher: hasher, tokens: tokens, audit: catalog, audience: hosts.adminAudience,
                limits: limits),
            admins: catalog, idempotency: catalog, tokens: tokens, audit: catalog, mailbox: mailbox,
            certificates: catalog, zoneReports: catalog)
    }

    private static func tenantRoutes(
        _ catalog: MemoryCatalog, _ hosts: HostPolicy, _ tokens: TokenAuthority, _ hasher: PasswordHasher,
        _ logger: Logger, _ limits: SignInGuard?
    ) -> TenantRoutes {
        TenantRoutes(
            hosts: hosts, directory: catalog,
            sessions: MemberSessionService(members: catalog, hasher: hasher, tokens: tokens, limits: limits),
            activations: ActivationService(
                members: catalog, hasher: hasher, deliveries: catalog, logger: logger, limits: limits),
            clients: ClientService(clients: catalog),
            urls: TenantURL(scheme: "https", baseDomain: hosts.baseDomain, port: nil), tokens: tokens, audit: catalog)
    }

    // MARK: Tokens

    func token(_ tenant: Tenant, _ role: MemberRole = .admin, user: UserID = .random()) throws -> String {
        try self.tokens.issue(.member(user, role, tenant.id), audience: self.hosts.audience(of: tenant)).token
    }

    func adminToken() throws -> String {
        try self.tokens.issue(.admin(self.admin.id), audience: self.hosts.adminAudience).token
    }

    // MARK: Requests

    func send(
        _ method: HTTPRequest.Method, _ path: String, host: String? = "acme.example.com", token: String? = nil,
        headers: [(String, String)] = [], json: String? = nil, peer: String? = nil
    ) async throws -> Answer {
        var fields = HTTPFields()
        if let token { fields.append(HTTPField(name: .authorization, value: "Bearer \(token)")) }
        if json != nil { fields[.contentType] = "application/json" }
        for (name, value) in headers {
            let name = try #require(HTTPField.Name(name))
            if name == .contentType { fields[name] = nil }
            if !value.isEmpty { fields.append(HTTPField(name: name, value: value)) }
        }
        let head = HTTPRequest(method: method, scheme: "http", authority: host, path: path, headerFields: fields)
        let request = Request(head: head, body: RequestBody(buffer: ByteBuffer(string: json ?? "")))
        let address = try peer.map { try SocketAddress(ipAddress: $0, port: 40_000) }
        let context = BulkheadContext(logger: self.log.logger, peer: address)
        return try await Answer(self.responder.respond(to: request, context: context))
    }

    func admin(
        _ method: HTTPRequest.Method, _ path: String, headers: [(String, String)] = [], json: String? = nil,
        token: String? = nil
    ) async throws -> Answer {
        try await self.send(
            method, path, host: "admin.example.com", token: token ?? self.adminToken(), headers: headers, json: json)
    }
}
