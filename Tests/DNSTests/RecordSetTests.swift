import DNS
import Foundation
import Testing

@Suite struct RecordSetTests {
    private static func name(_ text: String) throws -> DomainName { try #require(DomainName(text)) }

    @Test(arguments: [
        (RecordType.a, "192.0.2.1", "192.0.2.1"), (.aaaa, "2001:DB8:0:0:0:0:0:1", "2001:db8::1"),
        (.cname, "Edge.Example.NET.", "edge.example.net"), (.txt, "v=spf1 -all", "v=spf1 -all"),
    ])
    func valuesHaveOneForm(type: RecordType, value: String, expected: String) throws {
        #expect(try RecordSet(Self.name("a.example"), type, ttl: 60, values: [value]).values == [expected])
    }

    @Test(arguments: [
        (RecordType.a, "192.0.2.256"), (.a, "2001:db8::1"), (.a, "192.0.2"), (.a, "0xC0000201"), (.aaaa, "192.0.2.1"),
        (.aaaa, "2001:db8::g"), (.cname, "two words"), (.cname, "*.example.com"), (.txt, "line\nbreak"),
        (.txt, String(repeating: "a", count: 256)), (.txt, "ä"),
    ])
    func valuesOfAnotherKindAreRefused(type: RecordType, value: String) throws {
        let name = try Self.name("a.example")
        #expect(throws: RecordError.self) { try RecordSet(name, type, ttl: 60, values: [value]) }
    }

    @Test func setsAreComparedByWhatTheyAnswer() throws {
        let name = try Self.name("a.example")
        let one = try RecordSet(name, .a, ttl: 60, values: ["192.0.2.2", "192.0.2.1", "192.0.2.2"])
        let two = try RecordSet(name, .a, ttl: 90, values: ["192.0.2.1", "192.0.2.2"])
        #expect(one != two && one.answersAs(two))
        #expect(one.description == "a.example A 60 192.0.2.1 192.0.2.2")
        #expect(throws: RecordError.self) { try RecordSet(name, .a, ttl: 60, values: []) }
        #expect(throws: RecordError.self) { try RecordSet(name, .a, ttl: -1, values: ["192.0.2.1"]) }
        #expect(throws: RecordError.self) { try RecordSet(name, .cname, ttl: 1, values: ["b.example", "c.example"]) }
        #expect(try JSONDecoder().decode(RecordSet.self, from: try JSONEncoder().encode(one)) == one)
    }

    @Test func marksSayWhoseANameIs() throws {
        let mark = try #require(OwnershipMark(registry: "main-1", subject: "0B1c"))
        #expect(mark.text == "heritage=bulkhead,registry=main-1,subject=0B1c")
        #expect(OwnershipMark(text: mark.text) == mark)
        for text in [
            "heritage=external-dns,registry=a,subject=b", "heritage=bulkhead,registry=,subject=b",
            "heritage=bulkhead,registry=a,subject=b,more=c", "heritage=bulkhead,subject=b,registry=a", "",
        ] { #expect(OwnershipMark(text: text) == nil, "\(text)") }
        #expect(OwnershipMark(registry: "a,b", subject: "c") == nil)
        let acme = try Self.name("acme.example.com")
        #expect(OwnershipMark.name(for: acme)?.description == "_bulkhead.acme.example.com")
        let wildcard = try Self.name("*.example.com")
        #expect(OwnershipMark.name(for: wildcard)?.description == "_bulkhead._wildcard.example.com")
        let longest = try Self.name(
            Array(repeating: String(repeating: "a", count: 61), count: 4).joined(separator: "."))
        #expect(OwnershipMark.name(for: longest) == nil)
    }
}
