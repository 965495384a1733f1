import DNSTestSupport
import Foundation
import Postgres
import TestSupport
import Testing

/// Tenants whose names a server keeps in a zone of the test's own.
enum NamedTenants {
    /// For how many seconds their names may be remembered.
    static let ttl = 2

    /// Lends a deployment whose zone is at a PowerDNS server.
    ///
    /// - Parameter settings: more of them, and others, without the prefix.
    static func use(
        _ settings: [String: String] = [:], _ body: (Deployment, PowerDNSServer) async throws -> Void
    ) async throws {
        try await PowerDNSServer.use(zones: [Deployment.domain]) { dns in
            let all = Deployment.roomForAll.merging(dns.settings) { $1 }.merging(settings) { $1 }
            try await Deployment.use(all) { try await body($0, dns) }
        }
    }
}

extension PowerDNSServer {
    /// What servers must be told to keep names here.
    var settings: [String: String] {
        [
            "DNS_PROVIDER": "powerdns", "DNS_POWERDNS_URL": self.url.absoluteString,
            "DNS_POWERDNS_API_KEY": Self.apiKey, "DNS_TARGETS": "127.0.0.1", "DNS_TTL": "\(NamedTenants.ttl)",
            "DNS_NAME_SERVERS": "127.0.0.1:\(self.port)", "DNS_RESOLVERS": "127.0.0.1:\(self.port)",
            "DNS_TIMEOUT_SECONDS": "2", "DNS_PROPAGATION_SECONDS": "5",
        ]
    }

    /// What the zone of the tenants holds.
    func names() async throws -> [String: [String]] { try await self.contents(of: Deployment.domain) }

    /// Puts an address that is none of ours at a name below the tenants' domain.
    func putStranger(_ label: String, _ address: String = "192.0.2.7") async throws {
        try await self.put("\(label).\(Deployment.domain)", "A", values: [address], zone: Deployment.domain)
    }
}

extension PostgresClient {
    /// What the zone has to hold: these tenants and nothing else.
    func names(of subdomains: some Sequence<String>) async throws -> [String: [String]] {
        let rows = try await self.query(
            """
            SELECT t.subdomain, concat('"heritage=bulkhead,registry=', i.id, ',subject=', t.id, '"')
            FROM public.tenants t, bulkhead.installation i
            WHERE t.subdomain = ANY(\(Array(subdomains))::text[]) AND t.status <> 'purged'
            """)
        var names: [String: [String]] = [:]
        for row in rows {
            let (subdomain, mark) = try row.decode(String.self, String.self)
            names["\(subdomain).\(Deployment.domain) A"] = ["127.0.0.1"]
            names["_bulkhead.\(subdomain).\(Deployment.domain) TXT"] = [mark]
        }
        return names
    }

    /// The subdomains that the catalog still has wishes about, sorted.
    func ledger() async throws -> [String] {
        try await self.query("SELECT subdomain FROM bulkhead.dns_names ORDER BY subdomain").map {
            try $0[0].decode(String.self)
        }
    }

    /// What has become of a tenant.
    func status(_ subdomain: String) async throws -> String? {
        try await self.query("SELECT status FROM public.tenants WHERE subdomain = \(subdomain)").first?[0]
            .decode(String.self)
    }

    /// Waits until a tenant is in this state.
    func wait(
        for subdomain: String, toBe status: String, within limit: Duration = .seconds(60),
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        try await eventually(within: limit, sourceLocation: sourceLocation) {
            try await self.status(subdomain) == status
        }
    }

    /// How often a step about a tenant has this on record.
    func count(_ kind: String, of step: String, _ subdomain: String, _ direction: String = "forward") async throws
        -> Int
    {
        try await self.number(
            """
            SELECT count(*)::int FROM bulkhead.workflow_events e JOIN bulkhead.workflow_runs r ON r.id = e.run_id
            JOIN public.tenants t ON t.id::text = r.subject
            WHERE t.subdomain = \(subdomain) AND e.step = \(step) AND e.kind = \(kind) AND e.direction = \(direction)
            """)
    }
}

extension AdminCaller {
    /// Asks for a tenant.
    ///
    /// - Returns: its id.
    func order(_ subdomain: String, sourceLocation: SourceLocation = #_sourceLocation) async throws -> String {
        let answer = try await self.begin(subdomain)
        try #require(answer.status == 202, "\(answer.testDescription)", sourceLocation: sourceLocation)
        return try answer.decoded(HTTPCaller.Tenant.self).id
    }

    /// Asks for the end of a tenant.
    func end(_ id: String, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let answer = try await self.send("/api/admin/tenants/\(id)", method: "DELETE")
        #expect(answer.status == 202, "\(answer.testDescription)", sourceLocation: sourceLocation)
    }
}
