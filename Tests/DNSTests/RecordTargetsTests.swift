import DNS
import Testing

@Suite struct RecordTargetsTests {
    @Test(arguments: [
        ("192.0.2.1", ["a.example A 60 192.0.2.1"]),
        (" 192.0.2.2 ,192.0.2.1,", ["a.example A 60 192.0.2.1 192.0.2.2"]),
        ("2001:DB8:0::1, 192.0.2.1", ["a.example A 60 192.0.2.1", "a.example AAAA 60 2001:db8::1"]),
        ("Edge.Example.NET.", ["a.example CNAME 60 edge.example.net"]),
        ("lb-1", ["a.example CNAME 60 lb-1"]),
    ])
    func areReadAsPeopleWriteThem(text: String, records: [String]) throws {
        let name = try #require(DomainName("a.example"))
        let targets = try RecordTargets(text)
        #expect(try targets.records(at: name, ttl: 60).map(\.description) == records)
        for set in try targets.records(at: name, ttl: 60) { #expect(targets.isTarget(of: set)) }
        #expect(try RecordTargets(targets.description) == targets)
    }

    @Test(arguments: [
        "", " , ", "192.0.2.1, edge.example.net", "a.example, b.example", "300.0.0.1", "1:2", "*.example",
    ])
    func whatIsNoneIsRefused(text: String) {
        #expect(throws: RecordError.self) { try RecordTargets(text) }
    }

    @Test func othersAreNoTargets() throws {
        let name = try #require(DomainName("a.example"))
        let targets = try RecordTargets("192.0.2.1")
        #expect(try !targets.isTarget(of: RecordSet(name, .a, ttl: 60, values: ["192.0.2.2"])))
        #expect(try targets.isTarget(of: RecordSet(name, .a, ttl: 60, values: ["192.0.2.2", "192.0.2.1"])))
        #expect(try !targets.isTarget(of: RecordSet(name, .cname, ttl: 60, values: ["edge.example.net"])))
        #expect(try !targets.isTarget(of: RecordSet(name, .txt, ttl: 60, values: ["192.0.2.1"])))
    }
}
