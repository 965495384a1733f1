import EdgeGateway
import EdgeTestSupport
import LocalServers
import Tenancy
import Testing

@Suite("Pages about what is not served", .timeLimit(.minutes(1)))
struct PageTests {
    private static let browser = "Accept: text/html,application/xhtml+xml,*/*;q=0.8"

    private func page(_ status: TenantStatus?, host: String = "globex.saas.test") async throws -> Answer {
        try await Edge.use(before: try FreePort.reserve(), changing: { $0.productName = "Formation <Desk>" }) { edge in
            if let status { edge.town.set(status, of: edge.town.globex) }
            let problem = try await edge.ask(host: host)
            let page = try await edge.ask(host: host, [Self.browser])
            #expect(problem.status == page.status)
            #expect(problem["content-type"] == "application/problem+json")
            #expect(problem["retry-after"] == page["retry-after"])
            #expect(!problem.body.contains("Globex"))
            return page
        }
    }

    @Test(
        "have the right status, the product's and the tenant's name, and nothing from anywhere else",
        arguments: [
            (.suspended, 403, nil), (.maintenance, 503, "30"), (.provisioning, 503, "2"), (.failed, 503, nil),
            (.active, 502, "5"),
        ] as [(TenantStatus, Int, String?)])
    func pages(status: TenantStatus, code: Int, retryAfter: String?) async throws {
        let page = try await self.page(status)
        #expect(page.status == code)
        #expect(page["retry-after"] == retryAfter)
        #expect(page["content-type"] == "text/html; charset=utf-8")
        #expect(page["cache-control"] == "no-store")
        #expect(page["vary"] == "Accept")
        let policy = try #require(page["content-security-policy"])
        #expect(policy.hasPrefix("default-src 'none'; style-src 'nonce-"))
        #expect(policy.contains("frame-ancestors 'none'"))
        #expect(page.body.contains("Formation &lt;Desk&gt;"))
        #expect(page.body.contains("Globex &quot;Söhne&quot; &amp; Co"))
        #expect(!page.body.lowercased().contains("tenant ") && !page.body.contains("operator"))
        #expect(!page.body.contains("<script") && !page.body.contains("http://") && !page.body.contains("url("))
    }

    @Test(
        "about a tenant that is gone say as little as about one that never was",
        arguments: [nil, .deleted] as [TenantStatus?])
    func gone(status: TenantStatus?) async throws {
        let page = try await self.page(status, host: status == nil ? "nobody.saas.test" : "globex.saas.test")
        #expect(page.status == 404)
        #expect(page.body.contains("Formation &lt;Desk&gt;"))
        #expect(!page.body.contains("Globex"))
    }
}
