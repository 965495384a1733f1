import AsyncHTTPClient
import DNS
import DNSProviders
import DNSTestSupport
import Foundation
import NIOCore
import NIOHTTP1
import Testing

/// What somebody else has in the zone that is no plain record set of ours.
@Suite(.timeLimit(.minutes(2))) struct PowerDNSForeignTests {
    private static let zone = "saas.test"

    private static func zoneName() throws -> DomainName { try #require(DomainName(Self.zone)) }

    /// Label, kind and records, as the API takes them.
    private static let foreign: [(label: String, kind: String, records: [(content: String, disabled: Bool)])] = [
        ("disabled", "A", [("198.51.100.1", true)]),
        ("half", "A", [("198.51.100.1", false), ("198.51.100.2", true)]),
        ("alias", "ALIAS", [("lb.example.net.", false)]), ("mail", "MX", [("10 mx.example.net.", false)]),
        ("authority", "CAA", [(#"0 issue "ca.example""#, false)]), ("sub", "NS", [("ns1.example.net.", false)]),
        ("_bulkhead.long", "TXT", [("\"\(String(repeating: "x", count: 255))\" \"rest\"", false)]),
        ("_bulkhead.strings", "TXT", [(#""one" "two""#, false)]),
        ("_bulkhead.umlaut", "TXT", [(#""\195\188""#, false)]),
        ("_bulkhead.off", "TXT", [(#""heritage=bulkhead,registry=test,subject=t-off""#, true)]),
    ]
    private static let taken = [
        "alias", "authority", "disabled", "half", "long", "mail", "off", "strings", "sub", "umlaut",
    ]

    @Test func namesAreTakenAndStayAsTheyAre() async throws {
        try await Self.use { provider, contents in
            let zone = try Self.zoneName()
            let before = try await contents()
            #expect(before.count == Self.foreign.count)
            let desired = try (Self.taken + ["free"]).map(Self.desired)
            let listed = try await provider.records(in: zone, at: nil)
            #expect(listed.allSatisfy { $0.name != zone })
            let plan = ZonePlan(desired: desired, actual: listed, registry: "test")
            #expect(plan.conflicts.map { String($0.name.labels[0]) } == Self.taken)
            #expect(plan.changes.map { String($0.name.labels[0]) } == ["free"])
            _ = try await provider.apply(plan.changes.flatMap(\.steps), to: zone)
            let after = try await contents()
            #expect(after.filter { !$0.key.contains("free") } == before && after.count == before.count + 2)
        }
    }

    /// Whoever made a plan before all that was there, or has a mark beside it.
    @Test(arguments: Self.taken + ["deep.sub"]) func changesAreConflicts(label: String) async throws {
        try await Self.use { provider, contents in
            let zone = try Self.zoneName()
            let before = try await contents()
            let steps = ZonePlan(desired: [try Self.desired(label)], actual: [], registry: "test")
                .changes.flatMap(\.steps)
            #expect(steps.count == 2)
            let found = try await provider.records(in: zone, at: Set(steps.map(\.key.name)))
            let placeholders = found.filter { $0.ttl == 0 }
            #expect(!placeholders.isEmpty)
            for changes in [steps] + placeholders.map({ [.remove($0)] }) {
                let error = await #expect(throws: DNSProviderError.self) {
                    try await provider.apply(changes, to: zone)
                }
                #expect(error?.kind == .conflict, "\(changes)")
            }
            let after = try await contents()
            #expect(after == before)
            let plan = ZonePlan(desired: [try Self.desired(label)], actual: found, registry: "test")
            #expect(plan.isEmpty && plan.conflicts.count == 1)
        }
    }

    /// A mark does not make it ours: what is disabled came after it.
    @Test func recordsThatWereDisabledAreNotReplaced() async throws {
        try await Self.use { provider, contents in
            let zone = try Self.zoneName()
            let wanted = try Self.desired("disabled")
            let mark = try #require(OwnershipMark.name(for: wanted.set.name))
            let text = try #require(OwnershipMark(registry: "test", subject: "t-disabled")).text
            _ = try await provider.apply(
                [.create(try RecordSet(mark, .txt, ttl: 300, values: [text]))], to: zone)
            let before = try await contents()
            let found = try await provider.records(in: zone, at: nil)
            for desired in [[wanted], []] {
                let plan = ZonePlan(desired: desired, actual: found, registry: "test")
                let error = await #expect(throws: DNSProviderError.self) {
                    try await provider.apply(plan.changes.flatMap(\.steps), to: zone)
                }
                #expect(error?.kind == .conflict)
            }
            let after = try await contents()
            #expect(after == before)
        }
    }

    // MARK: The server

    private static func desired(_ label: String) throws -> DesiredRecord {
        let name = try #require(DomainName("\(label).\(Self.zone)"))
        return DesiredRecord(try RecordSet(name, .a, ttl: 60, values: ["192.0.2.1"]), for: "t-\(label)")
    }

    /// Lends a provider, and what the zone holds beside its top: each set as the API gives it, to the letter.
    private static func use(
        _ body: (PowerDNSProvider, () async throws -> [String: Data]) async throws -> Void
    ) async throws {
        try await PowerDNSServer.use(zones: [Self.zone]) { server in
            for set in Self.foreign {
                let records = set.records.map { ["content": $0.content, "disabled": $0.disabled] as [String: Any] }
                let change: [String: Any] = [
                    "name": "\(set.label).\(Self.zone).", "type": set.kind, "ttl": 77, "changetype": "REPLACE",
                    "records": records,
                ]
                _ = try await Self.ask(
                    server, try JSONSerialization.data(withJSONObject: ["rrsets": [change]]), expecting: 204)
            }
            let provider = PowerDNSProvider(
                .init(url: server.url, apiKey: PowerDNSServer.apiKey), client: ProviderHTTPClient.shared)
            try await body(provider) { try Self.sets(try await Self.ask(server, nil, expecting: 200)) }
        }
    }

    private static func sets(_ answer: Data) throws -> [String: Data] {
        let document = try #require(try JSONSerialization.jsonObject(with: answer) as? [String: Any])
        let sets = try #require(document["rrsets"] as? [[String: Any]])
        let pairs = try sets.filter { $0["name"] as? String != "\(Self.zone)." }.map { set in
            let name = "\(set["name"] as? String ?? "?") \(set["type"] as? String ?? "?")"
            return (name, try JSONSerialization.data(withJSONObject: set, options: .sortedKeys))
        }
        return Dictionary(uniqueKeysWithValues: pairs)
    }

    private static func ask(_ server: PowerDNSServer, _ body: Data?, expecting status: UInt) async throws -> Data {
        var request = HTTPClientRequest(
            url: server.url.appending(path: "api/v1/servers/localhost/zones/\(Self.zone).").absoluteString)
        request.method = body == nil ? .GET : .PATCH
        request.headers.add(name: "x-api-key", value: PowerDNSServer.apiKey)
        if let body { request.body = .bytes(ByteBuffer(bytes: body)) }
        let answer = try await ProviderHTTPClient.shared.execute(request, timeout: .seconds(30))
        let content = Data((try await answer.body.collect(upTo: 1 << 20)).readableBytesView)
        #expect(answer.status.code == status, "\(String(decoding: content, as: UTF8.self))")
        return content
    }
}
