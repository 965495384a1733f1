import DNS
import Foundation
import NIOHTTP1
import Testing

@testable import DNSProviders

/// What moto does not do as Route 53 does: refuse, take its time, and write names with escapes.
@Suite(.timeLimit(.minutes(2))) struct Route53AnswerTests {
    private typealias Answer = CannedRoute53.Answer

    private static func zone() throws -> DomainName { try #require(DomainName("saas.test")) }

    private static func address(_ label: String, _ value: String = "192.0.2.1") throws -> RecordSet {
        try RecordSet(try #require(try self.zone().below(label)), .a, ttl: 60, values: [value])
    }

    // MARK: Listing

    @Test func pagesAreFollowedToTheirEnd() async throws {
        let answers: [Answer] = [
            .zone,
            .sets(
                Answer.set("a.saas.test.", "A", ["192.0.2.1"]),
                next: #"<NextRecordName>\052.b.saas.test.</NextRecordName><NextRecordType>A</NextRecordType>"#),
            .sets(
                Answer.set(#"\052.b.saas.test."#, "A", ["192.0.2.2"]) + Answer.set("saas.test.", "MX", ["10 mx."]),
                next: "<NextRecordName>c.saas.test.</NextRecordName><NextRecordType>A</NextRecordType>"
                    + "<NextRecordIdentifier>one &amp; only</NextRecordIdentifier>"),
            .sets(Answer.set("c.saas.test.", "AAAA", ["2001:0db8::0001"])),
        ]
        try await CannedRoute53.use(answers) { provider, server in
            let sets = try await provider.records(in: Self.zone(), at: nil)
            #expect(
                sets.map(\.description) == [
                    "a.saas.test A 60 192.0.2.1", "*.b.saas.test A 60 192.0.2.2", "c.saas.test AAAA 60 2001:db8::1",
                    "saas.test A 0 0.0.0.0",
                ])
            #expect(
                server.asked == [
                    "GET /2013-04-01/hostedzonesbyname?dnsname=saas.test.&maxitems=100",
                    "GET /2013-04-01/hostedzone/Z1/rrset?maxitems=300",
                    "GET /2013-04-01/hostedzone/Z1/rrset?maxitems=300&name=%5C052.b.saas.test.&type=A",
                    "GET /2013-04-01/hostedzone/Z1/rrset?identifier=one%20%26%20only&maxitems=300&name=c.saas.test."
                        + "&type=A",
                ])
        }
    }

    @Test func fewNamesAreAskedForOneByOne() async throws {
        let next = "<NextRecordName>NAME.saas.test.</NextRecordName><NextRecordType>TXT</NextRecordType>"
        let answers: [Answer] = [
            .zone,
            .sets(Answer.set("a.saas.test.", "A", ["192.0.2.1"]), next: next.replacing("NAME", with: "a")),
            .sets(
                Answer.set("a.saas.test.", "TXT", [#""text""#]) + Answer.set("b.saas.test.", "A", ["192.0.2.2"]),
                next: next.replacing("NAME", with: "b")),
            .sets(Answer.set("z.saas.test.", "A", ["192.0.2.3"])),
        ]
        try await CannedRoute53.use(answers) { provider, server in
            let zone = try Self.zone()
            let names = Set([zone.below("a"), zone.below("y")].compactMap { $0 })
            let sets = try await provider.records(in: zone, at: names)
            #expect(sets.map(\.key.description) == ["a.saas.test A", "a.saas.test TXT"])
            #expect(server.left == 0)
        }
    }

    @Test func pageThatLeadsNowhereIsNotAskedForAgain() async throws {
        let next = "<NextRecordName>a.saas.test.</NextRecordName><NextRecordType>A</NextRecordType>"
        let answers: [Answer] = [.zone, .sets("", next: next), .sets("", next: next)]
        try await CannedRoute53.use(answers) { provider, _ in
            let error = await #expect(throws: DNSProviderError.self) {
                try await provider.records(in: Self.zone(), at: nil)
            }
            #expect(error?.kind == .unreadable)
        }
    }

    /// Whatever mark is beside it: it may have been ours before somebody made an alias of it.
    @Test func whatIsNotPlainIsLeftAlone() async throws {
        let mark = Answer.set(
            "_bulkhead.a.saas.test.", "TXT", [#""heritage=bulkhead,registry=test,subject=t-1""#], ttl: 300)
        let weighted = "<SetIdentifier>one</SetIdentifier><Weight>1</Weight>"
        for element in [
            Answer.alias("a.saas.test.", "A"), Answer.set("a.saas.test.", "A", ["192.0.2.1"], extra: weighted),
        ] {
            let zone = try Self.zone()
            let listing = Answer.sets(element + mark)
            let answers: [Answer] = [.zone, listing, .sets(element), .sets(mark), .sets(element), .sets(mark)]
            try await CannedRoute53.use(answers) { provider, server in
                let found = try await provider.records(in: zone, at: nil)
                for wanted in [[DesiredRecord(try Self.address("a"), for: "t-1")], []] {
                    let plan = ZonePlan(desired: wanted, actual: found, registry: "test")
                    #expect(!plan.changes.isEmpty)
                    let error = await #expect(throws: DNSProviderError.self) {
                        try await provider.apply(plan.changes.flatMap(\.steps), to: zone)
                    }
                    #expect(error?.kind == .conflict && error?.reason.contains("left alone") == true)
                }
                let free = ZonePlan(
                    desired: [DesiredRecord(try Self.address("a"), for: "t-1")],
                    actual: found.filter { $0.type != .txt }, registry: "test")
                #expect(free.conflicts.map(\.reason) == [.unmarked] && free.isEmpty)
                #expect(server.asked.allSatisfy { $0.hasPrefix("GET ") })
            }
        }
    }

    // MARK: Changes

    @Test func batchSaysWhatItExpects() async throws {
        let (old, new) = (try Self.address("a"), try Self.address("a", "192.0.2.2"))
        let answers: [Answer] = [.zone, .sets(Answer.set("a.saas.test.", "A", ["192.0.2.1"])), .change("PENDING")]
        try await CannedRoute53.use(answers) { provider, server in
            let receipt = try await provider.apply([.replace(old, with: new)], to: Self.zone())
            #expect(receipt.id == "C1")
            let body = String(decoding: try #require(server.requests.last).body, as: UTF8.self)
            let actions = body.matches(of: /<Action>(.*?)<\/Action>.*?<Value>(.*?)<\/Value>/).map {
                "\($0.output.1) \($0.output.2)"
            }
            #expect(actions == ["DELETE 192.0.2.1", "CREATE 192.0.2.2"])
            #expect(server.asked.last == "POST /2013-04-01/hostedzone/Z1/rrset")
        }
    }

    @Test(arguments: [Answer.refusedBatch, .error(400, "InvalidChangeBatch")])
    private func refusedBatchThatIsDoneIsNoError(refusal: Answer) async throws {
        let done = Answer.sets(Answer.set("a.saas.test.", "A", ["192.0.2.1"]))
        try await CannedRoute53.use([.zone, .sets(""), refusal, done]) { provider, server in
            let receipt = try await provider.apply([.create(Self.address("a"))], to: Self.zone())
            #expect(receipt.id == nil && server.left == 0)
        }
    }

    @Test(arguments: ["", Answer.set("a.saas.test.", "A", ["198.51.100.1"])])
    func refusedBatchThatIsNotDoneIsAConflict(afterwards: String) async throws {
        try await CannedRoute53.use([.zone, .sets(""), .refusedBatch, .sets(afterwards)]) { provider, server in
            let error = await #expect(throws: DNSProviderError.self) {
                try await provider.apply([.create(Self.address("a"))], to: Self.zone())
            }
            #expect(error?.kind == .conflict && server.left == 0)
        }
    }

    @Test func tooLargeABatchIsRefusedBeforeItIsSent() async throws {
        let values = (0..<1001).map { "192.0.\($0 / 250).\($0 % 250)" }
        let set = try RecordSet(try Self.address("a").name, .a, ttl: 60, values: values)
        try await CannedRoute53.use([.zone, .sets("")]) { provider, server in
            let error = await #expect(throws: DNSProviderError.self) {
                try await provider.apply([.create(set)], to: Self.zone())
            }
            #expect(error?.kind == .refused && server.requests.count == 2)
        }
    }

    @Test func changeIsSettledWhenAllServersHaveIt() async throws {
        let answers: [Answer] = [
            .change("PENDING", "GetChangeResponse"), .change("INSYNC", "GetChangeResponse"),
            .change("LOST", "GetChangeResponse"), .error(404, "NoSuchChange"),
        ]
        try await CannedRoute53.use(answers) { provider, server in
            let (zone, receipt) = (try Self.zone(), ChangeReceipt(id: "C1"))
            #expect(try await provider.settled(receipt, in: zone) == false)
            #expect(try await provider.settled(receipt, in: zone))
            #expect(server.asked.first == "GET /2013-04-01/change/C1")
            for kind in [DNSProviderError.Kind.unreadable, .refused] {
                let error = await #expect(throws: DNSProviderError.self) {
                    try await provider.settled(receipt, in: zone)
                }
                #expect(error?.kind == kind)
            }
            #expect(try await provider.settled(ChangeReceipt(), in: zone))
            let error = await #expect(throws: DNSProviderError.self) {
                try await provider.settled(ChangeReceipt(id: "C1?x"), in: zone)
            }
            #expect(error?.kind == .refused && server.requests.count == 4)
        }
    }
}
