import DNS
import Testing

@Suite struct ZoneScanTests {
    private static func set(_ name: String, _ type: RecordType, _ value: String) throws -> RecordSet {
        try RecordSet(try #require(DomainName(name)), type, ttl: 60, values: [value])
    }

    private static func mark(_ name: String, registry: String = "us") throws -> RecordSet {
        let text = try #require(OwnershipMark(registry: registry, subject: "t")).text
        return try Self.set("_bulkhead.\(name)", .txt, text)
    }

    private static func scan(_ actual: [RecordSet], wanting names: [String]) throws -> ZoneScan {
        ZoneScan(
            desired: try names.map { DesiredRecord(try Self.set($0, .a, "192.0.2.1"), for: "t") }, actual: actual,
            registry: "us", targets: try RecordTargets("192.0.2.1"), base: try #require(DomainName("x")),
            known: [try #require(DomainName("admin.x"))])
    }

    @Test func aZoneAsItShouldBeIsClean() throws {
        let zone = [
            try Self.mark("a.x"), try Self.set("a.x", .a, "192.0.2.1"), try Self.set("www.x", .a, "198.51.100.1"),
        ]
        let scan = try Self.scan(zone, wanting: ["a.x"])
        #expect(scan.isClean)
    }

    @Test func namesOfTheInstallationItselfAreNoStrays() throws {
        let zone = [
            try Self.set("x", .a, "192.0.2.1"), try Self.set("admin.x", .a, "192.0.2.1"),
            try Self.set("deep.er.x", .a, "192.0.2.1"),
        ]
        #expect(try Self.scan(zone, wanting: []).isClean)
        let scan = try Self.scan(zone + [try Self.set("*.x", .a, "192.0.2.1")], wanting: [])
        #expect(scan.stray == [] && scan.wildcard?.description == "*.x" && !scan.isClean)
    }

    @Test func bothDirectionsAreFound() throws {
        let zone = [
            // Ours, and nobody wants it; ours by a hand, without a mark; another installation's.
            try Self.mark("gone.x"), try Self.set("gone.x", .a, "192.0.2.1"), try Self.set("old.x", .a, "192.0.2.1"),
            try Self.mark("theirs.x", registry: "them"), try Self.set("theirs.x", .a, "192.0.2.1"),
            // Wanted: with another address, and somebody else's.
            try Self.mark("b.x"), try Self.set("b.x", .a, "198.51.100.1"), try Self.set("c.x", .a, "198.51.100.1"),
        ]
        let scan = try Self.scan(zone, wanting: ["a.x", "b.x", "c.x"])
        #expect(scan.missing.map(\.description) == ["a.x", "b.x"])
        #expect(scan.orphaned.map(\.description) == ["gone.x"])
        #expect(scan.stray.map(\.description) == ["old.x"])
        #expect(scan.conflicts.map(\.name.description) == ["c.x"] && !scan.isClean)
    }
}
