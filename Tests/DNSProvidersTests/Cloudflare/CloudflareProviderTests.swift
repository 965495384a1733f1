import AsyncHTTPClient
import DNS
import DNSProviders
import DNSTestKit
import Foundation
import Testing

@Suite(.timeLimit(.minutes(2))) struct CloudflareProviderTests {
    private static let zone = "saas.test"

    private static func provider(_ url: URL, proxied: Bool = false, zoneID: String? = nil) -> CloudflareProvider {
        CloudflareProvider(
            CloudflareProvider.Configuration(
                apiToken: CloudflareServer.token, endpoint: url, proxied: proxied, zoneID: zoneID),
            client: .shared)
    }

    private static func zoneName() throws -> DomainName { try #require(DomainName(Self.zone)) }

    private static func set(
        _ label: String, _ type: RecordType = .a, _ values: [String] = ["192.0.2.1"], ttl: Int = 60
    ) throws -> RecordSet {
        try RecordSet(try #require(Self.zoneName().below(label)), type, ttl: ttl, values: values)
    }

    /// Plans and applies once.
    private static func reconcile(_ desired: [RecordSet], _ provider: CloudflareProvider) async throws -> ZonePlan {
        let wanted = desired.map { DesiredRecord($0, for: "t-1") }
        let actual = try await provider.records(in: Self.zoneName(), at: nil)
        let plan = ZonePlan(desired: wanted, actual: actual, registry: "test")
        _ = try await provider.apply(plan.changes.flatMap(\.steps), to: Self.zoneName())
        return plan
    }

    // MARK: Promises

    @Test(arguments: [false, true], [false, true])
    func keepsThePromisesOfAProvider(proxied: Bool, quotesTexts: Bool) async throws {
        try await CloudflareServer.use(zone: Self.zone, quotesTexts: quotesTexts) { server, url in
            let provider = Self.provider(url, proxied: proxied, zoneID: proxied ? CloudflareServer.zoneID : nil)
            let findings = try await ProviderTrial(provider, zone: Self.zoneName()).run()
            #expect(findings.isEmpty, "\(findings)")
            #expect(server.records.isEmpty)
        }
    }

    @Test(arguments: [false, true]) func planIsCarriedOutAndStaysDone(proxied: Bool) async throws {
        try await CloudflareServer.use(zone: Self.zone) { server, url in
            let provider = Self.provider(url, proxied: proxied)
            let wanted = try [Self.set("acme", .a, ["192.0.2.1", "192.0.2.2"], ttl: 120), Self.set("*.acme")]
            #expect(try await Self.reconcile(wanted, provider).changes.count == 2)
            #expect(try await Self.reconcile(wanted, provider).isEmpty)
            for record in server.records {
                #expect(record.proxied == (proxied && record.type != "TXT"))
                #expect(record.type != "TXT" || record.content.hasPrefix("\"heritage=bulkhead,"))
            }
            #expect(try await Self.reconcile([], provider).removals == 2)
            #expect(server.records.isEmpty && server.writes == 2)
        }
    }

    // MARK: Proxied or not, and for how long

    @Test func changeOfTheFlagIsCarriedOut() async throws {
        try await CloudflareServer.use(zone: Self.zone) { server, url in
            let wanted = [try Self.set("acme", ttl: 60)]
            server.edit { $0.add("theirs.saas.test", "A", "198.51.100.1") }
            let theirs = server.records
            for proxied in [false, true, false] {
                let provider = Self.provider(url, proxied: proxied)
                #expect(try await Self.reconcile(wanted, provider).changes.count == 1)
                #expect(try await Self.reconcile(wanted, provider).isEmpty)
                let record = try #require(server.records.first { $0.name == "acme.saas.test" })
                #expect(record.proxied == proxied && record.ttl == (proxied ? 1 : 60))
                #expect(record.comment?.contains("ttl=60") == (proxied ? true : nil))
            }
            #expect(server.records.contains(theirs[0]) && server.records.count == 3)
        }
    }

    @Test func handInTheZoneIsCorrected() async throws {
        try await CloudflareServer.use(zone: Self.zone) { server, url in
            let (provider, wanted) = (Self.provider(url, proxied: true), [try Self.set("acme", ttl: 60)])
            _ = try await Self.reconcile(wanted, provider)
            let right = server.records
            let hands: [@Sendable (inout CloudflareServer.Record) -> Void] = [
                { $0.comment = nil }, { $0.comment = "a note" }, { $0.comment = "Bulkhead; asked for with ttl=-9" },
                { $0.proxied = false }, { $0.content = "198.51.100.7" },
            ]
            for hand in hands {
                server.edit { records in records.modify { if $0.type == "A" { hand(&$0) } } }
                #expect(server.records != right)
                #expect(try await Self.reconcile(wanted, provider).changes.count == 1)
                #expect(server.records == right)
            }
        }
    }

    @Test func automaticTimeIsKept() async throws {
        try await CloudflareServer.use(zone: Self.zone) { server, url in
            let (provider, wanted) = (Self.provider(url), [try Self.set("acme", ttl: 1)])
            _ = try await Self.reconcile(wanted, provider)
            #expect(server.records.first { $0.type == "A" }?.ttl == 1)
            #expect(try await Self.reconcile(wanted, provider).isEmpty)
            #expect(provider.support.minimumTTL == 60)
            let error = await #expect(throws: DNSProviderError.self) {
                try await provider.apply([.create(try Self.set("short", ttl: 59))], to: try Self.zoneName())
            }
            #expect(error?.kind == .refused && error?.description.contains("TTL") == false)
            #expect(error?.debugDescription.contains("Invalid TTL") == true)
        }
    }

    // MARK: What is there already

    @Test func valueThatIsReplacedKeepsItsRecord() async throws {
        try await CloudflareServer.use(zone: Self.zone) { server, url in
            let (provider, zone) = (Self.provider(url), try Self.zoneName())
            let old = try Self.set("acme", .a, ["192.0.2.1", "192.0.2.2", "192.0.2.3"])
            let new = try Self.set("acme", .a, ["192.0.2.2", "192.0.2.9"])
            _ = try await provider.apply([.create(old)], to: zone)
            let before = server.records
            _ = try await provider.apply([.replace(old, with: new)], to: zone)
            #expect(server.records.map(\.content).sorted() == ["192.0.2.2", "192.0.2.9"])
            #expect(Set(server.records.map(\.id)).isSubset(of: before.map(\.id)))
        }
    }

    @Test func kindChangesInOneBatch() async throws {
        try await CloudflareServer.use(zone: Self.zone) { server, url in
            let provider = Self.provider(url)
            _ = try await Self.reconcile([try Self.set("acme")], provider)
            _ = try await Self.reconcile([try Self.set("acme", .cname, ["edge.example.net"])], provider)
            #expect(server.records.filter { $0.name == "acme.saas.test" }.map(\.type) == ["CNAME"])
            _ = try await Self.reconcile([try Self.set("acme")], provider)
            #expect(server.records.filter { $0.name == "acme.saas.test" }.map(\.type) == ["A"])
            #expect(server.writes == 3)
        }
    }

    @Test func recordsOfOthersAreLeftAlone() async throws {
        try await CloudflareServer.use(zone: Self.zone) { server, url in
            server.edit { records in
                records.add("acme.saas.test", "A", "198.51.100.1", ttl: 1, proxied: true)
                records.add("acme.saas.test", "MX", "mail.saas.test")
                records.add("wiki.saas.test", "TXT", "\"one\" \"two\"")
                records.add("wiki.saas.test", "TXT", "ünsere")
                records.add("_bulkhead.wiki.saas.test", "TXT", "\"ünsere\"")
            }
            let before = server.records
            let provider = Self.provider(url)
            let plan = try await Self.reconcile([try Self.set("acme"), try Self.set("beta")], provider)
            #expect(plan.conflicts.map(\.reason) == [.unmarked] && plan.changes.map(\.kind) == [.create])
            #expect(Array(server.records.prefix(before.count)) == before)
            // A text that we could not have written is in the way all the same.
            let mark = try Self.set("_bulkhead.wiki", .txt, ["heritage=bulkhead,registry=test,subject=t-1"])
            let error = await #expect(throws: DNSProviderError.self) {
                try await provider.apply([.create(mark)], to: try Self.zoneName())
            }
            #expect(error?.kind == .conflict)
        }
    }

    @Test func otherKindsAndDelegationsAreLeftAlone() async throws {
        try await CloudflareServer.use(zone: Self.zone) { server, url in
            server.edit { records in
                records.add("saas.test", "NS", "ns1.saas.test")
                records.add("mail.saas.test", "MX", "mx.saas.test")
                records.add("sub.saas.test", "NS", "ns1.example.net")
                records.add("_bulkhead.long.saas.test", "TXT", "\"\(String(repeating: "x", count: 255))\" \"rest\"")
            }
            let before = server.records
            let provider = Self.provider(url)
            let sets = try [Self.set("long"), Self.set("mail"), Self.set("sub"), Self.set("beta")]
            let plan = try await Self.reconcile(sets, provider)
            #expect(plan.conflicts.map { String($0.name.labels[0]) } == ["long", "mail", "sub"])
            #expect(plan.changes.count == 1)
            for label in ["mail", "sub", "x.sub"] {
                let error = await #expect(throws: DNSProviderError.self) {
                    try await provider.apply([.create(try Self.set(label))], to: try Self.zoneName())
                }
                #expect(error?.kind == .conflict)
            }
            #expect(Array(server.records.prefix(before.count)) == before && server.records.count == before.count + 2)
        }
    }

    @Test func whatCameInBetweenIsReadAgain() async throws {
        try await CloudflareServer.use(zone: Self.zone) { server, url in
            let (provider, zone) = (Self.provider(url), try Self.zoneName())
            let acme = try Self.set("acme")
            // Another process of ours did just the same.
            server.editBeforeNextWrite { $0.add("acme.saas.test", "A", "192.0.2.1", ttl: 60, proxied: false) }
            _ = try await provider.apply([.create(acme)], to: zone)
            server.editBeforeNextWrite { records in records.remove { $0.type == "A" } }
            _ = try await provider.apply([.remove(acme)], to: zone)
            #expect(server.records.isEmpty && server.writes == 0)
            // Somebody else did something else.
            server.editBeforeNextWrite { $0.add("acme.saas.test", "CNAME", "parking.example.net") }
            let error = await #expect(throws: DNSProviderError.self) {
                try await provider.apply([.create(acme)], to: zone)
            }
            #expect(error?.kind == .conflict && error?.isTransient == true)
            #expect(server.records.map(\.type) == ["CNAME"])
        }
    }

    // MARK: Lists

    @Test func listThatChangesIsBegunAnew() async throws {
        try await CloudflareServer.use(zone: Self.zone, largestPage: 5) { server, url in
            server.edit { records in
                for number in 0..<12 { records.add("h\(number).saas.test", "A", "192.0.2.1") }
            }
            // The sixth moves to the page that was read.
            server.editAfterNextPage { records in records.remove { $0.name == "h0.saas.test" } }
            let found = try await Self.provider(url).records(in: Self.zoneName(), at: nil)
            #expect(Set(found.map { String($0.name.labels[0]) }) == Set((1..<12).map { "h\($0)" }))
            for _ in 0..<3 { server.editAfterNextPage { $0.add("more\($0.all.count).saas.test", "A", "192.0.2.9") } }
            let error = await #expect(throws: DNSProviderError.self) {
                try await Self.provider(url).records(in: Self.zoneName(), at: nil)
            }
            #expect(error?.kind == .unavailable)
        }
    }

    @Test func fewNamesAreAskedForAlone() async throws {
        try await CloudflareServer.use(zone: Self.zone, largestPage: 5) { server, url in
            server.edit { records in
                for number in 0..<12 { records.add("h\(number).saas.test", "A", "192.0.2.1") }
            }
            for count in [1, 4, 5] {
                let names = try Set((0..<count).map { try Self.set("h\($0)").name })
                let found = try await Self.provider(url).records(in: Self.zoneName(), at: names)
                #expect(Set(found.map(\.name)) == names)
            }
        }
    }

    @Test func manyValuesAreMoreThanOneBatch() async throws {
        try await CloudflareServer.use(zone: Self.zone) { server, url in
            let values = (1...7).map { "192.0.2.\($0)" }
            let sets = try (0..<50).map { try Self.set("h\($0)", .a, values) }
            let provider = Self.provider(url)
            _ = try await provider.apply(sets.map(RecordChange.create), to: Self.zoneName())
            #expect(server.records.count == 350 && server.writes == 2)
            #expect(Set(try await provider.records(in: Self.zoneName(), at: nil)) == Set(sets))
        }
    }
}
