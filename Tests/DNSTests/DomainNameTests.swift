import DNS
import Testing

@Suite struct DomainNameTests {
    @Test(arguments: [
        ("Acme.Example.COM.", "acme.example.com"), ("*.example.com", "*.example.com"),
        ("_acme-challenge.example.com", "_acme-challenge.example.com"), ("localhost", "localhost"),
        (String(repeating: "a", count: 63) + ".b", String(repeating: "a", count: 63) + ".b"),
    ])
    func namesAreWrittenInOneWay(text: String, expected: String) throws {
        let name = try #require(DomainName(text))
        #expect(name.description == expected)
        #expect(name.absolute == expected + ".")
        #expect(DomainName(name.absolute) == name)
    }

    @Test(arguments: [
        "", ".", "..", "a..b", ".a", "-a.b", "a-.b", "a b.c", "a.*.b", "ümlaut.example", "a/b.c", "a.b..",
        String(repeating: "a", count: 64), Array(repeating: "abc", count: 64).joined(separator: "."), "a\n.b",
        "\\052.b",
    ])
    func whatIsNoNameIsRefused(text: String) {
        #expect(DomainName(text) == nil)
    }

    @Test func namesLieWithinZones() throws {
        let zone = try #require(DomainName("example.com"))
        let acme = try #require(zone.below("acme"))
        #expect(acme.isWithin(zone) && zone.isWithin(zone) && !zone.isWithin(acme))
        #expect(DomainName("badexample.com")?.isWithin(zone) == false)
        #expect(acme.parent == zone && DomainName("com")?.parent == nil)
        #expect(acme.labels.map(String.init) == ["acme", "example", "com"])
        #expect(zone.below("a.b")?.description == "a.b.example.com")
        #expect(zone.below("") == nil && zone.below("-x") == nil)
    }
}
