import Foundation
import Identity
import Tenancy
import Testing

@testable import ControlPlane

@Suite("Tenants")
struct TenantServiceTests {
    let ports = Ports()
    let service: TenantService
    let admin = Principal.admin(.random())

    init() throws {
        let base = try #require(BaseDomain("example.com"))
        self.service = TenantService(
            tenants: self.ports, tiers: self.ports, provisioner: self.ports, members: self.ports, audit: self.ports,
            baseURL: TenantURL(scheme: "https", baseDomain: base, port: nil), now: { Examples.now })
    }

    @Test func `A tenant is created by the provisioner and found afterwards`() async throws {
        let new = try NewTenant(
            name: "Acme", subdomain: "acme", tier: "free", adminEmail: "ann@example.com",
            tiers: try await self.service.tierNames())
        let tenant = try await self.service.create(new, by: self.admin)
        #expect(self.ports.calls == ["begin by \(self.admin.auditName)", "finish"])
        #expect(try await self.service.get(tenant.id) == tenant)
        #expect(try await self.service.list(PageRequest()).items == [tenant])
        #expect(self.service.url(of: tenant) == "https://acme.example.com")
        await #expect(throws: DomainError.taken(field: "/subdomain", detail: "is taken")) {
            try await self.service.create(new, by: self.admin)
        }
    }

    @Test func `A tenant that is not there is not found`() async throws {
        await #expect(throws: DomainError.notFound("tenant")) { try await self.service.get(.random()) }
        await #expect(throws: DomainError.notFound("tenant")) {
            try await self.service.activationLink(for: .random(), by: self.admin, requestID: nil)
        }
    }

    @Test(arguments: [TenantStatus.active, .readOnly])
    func `A link carries a token whose hash alone is stored, for a day`(_ status: TenantStatus) async throws {
        let tenant = Examples.tenant("acme", status)
        let member = try Examples.member(.invited, role: .admin)
        self.ports.change { state in
            state.tenants = [tenant]
            state.members = [.init(member: member, hash: nil)]
        }
        let link = try await self.service.activationLink(for: tenant.id, by: self.admin, requestID: "r1")
        let prefix = "https://acme.example.com/activate#token="
        #expect(link.url.hasPrefix(prefix))
        let token = try #require(OpaqueToken(String(link.url.dropFirst(prefix.count))))
        #expect(self.ports.state.open == [token.hash])
        #expect(link.expiresAt == Examples.now.addingTimeInterval(86_400))
        #expect(self.ports.state.expiries == [link.expiresAt])
        let access = try #require(self.ports.state.accesses.first)
        #expect(access.tenant == tenant.id && access.mode == .readWrite && access.principal == self.admin)
        #expect(access.requestID == "r1")
        let event = try #require(self.ports.state.events.first)
        #expect(event.actor == self.admin.auditName && event.action == "tenant.activationLink")
        #expect(event.tenant == tenant.id && event.requestID == "r1")
        #expect(event.details == ["member": member.id.description])
        #expect(!"\(link) \(String(reflecting: link))".contains(token.text))
        let second = try await self.service.activationLink(for: tenant.id, by: self.admin, requestID: nil)
        #expect(second.url != link.url)
    }

    @Test(arguments: TenantStatus.allCases.filter { $0 != .active && $0 != .readOnly })
    func `In any other status there is no link`(_ status: TenantStatus) async throws {
        let tenant = Examples.tenant("acme", status)
        let member = try Examples.member(.invited)
        self.ports.change { state in
            state.tenants = [tenant]
            state.members = [.init(member: member, hash: nil)]
        }
        let error = await #expect(throws: DomainError.self) {
            try await self.service.activationLink(for: tenant.id, by: self.admin, requestID: nil)
        }
        guard case .conflict(let text) = error else { Issue.record("no conflict"); return }
        #expect(text.contains(status.rawValue))
        #expect(self.ports.state.open.isEmpty && self.ports.state.events.isEmpty)
    }

    @Test func `A link that the audit trail does not have is not handed out`() async throws {
        let tenant = Examples.tenant("acme", .active)
        let member = try Examples.member(.invited)
        self.ports.change { state in
            state.tenants = [tenant]
            state.members = [.init(member: member, hash: nil)]
            state.auditFails = true
        }
        await #expect(throws: Ports.AuditBroken.self) {
            try await self.service.activationLink(for: tenant.id, by: self.admin, requestID: nil)
        }
    }

    @Test(
        arguments: [
            ("https", nil, "https://acme.example.com"), ("https", 443, "https://acme.example.com"),
            ("https", 8443, "https://acme.example.com:8443"), ("http", 80, "http://acme.example.com"),
            ("http", 8080, "http://acme.example.com:8080"), ("http", 443, "http://acme.example.com:443"),
        ] as [(String, Int?, String)])
    func `Links name the port unless it is the scheme's own`(_ scheme: String, _ port: Int?, _ url: String) throws {
        let base = TenantURL(scheme: scheme, baseDomain: try #require(BaseDomain("Example.com")), port: port)
        let subdomain = try #require(Subdomain(stored: "acme"))
        #expect(base.url(of: subdomain) == url)
        let token = OpaqueToken.random()
        #expect(base.activationURL(of: subdomain, token: token) == "\(url)/activate#token=\(token.text)")
    }
}
