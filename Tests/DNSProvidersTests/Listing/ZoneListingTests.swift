import DNS
import Testing

@testable import DNSProviders

/// What every provider makes of records that it does not keep.
@Suite struct ZoneListingTests {
    private static func name(_ text: String) throws -> DomainName { try #require(DomainName(text)) }

    private static func set(_ name: String, _ type: RecordType = .a, _ value: String = "192.0.2.1") throws -> RecordSet
    {
        try RecordSet(try self.name(name), type, ttl: 60, values: [value])
    }

    private static func listing(_ kind: String, at place: String, _ sets: [RecordSet] = []) throws -> ZoneListing {
        let other = ZoneListing.Item.other(kind: kind, at: try self.name(place))
        return ZoneListing(try self.name("saas.test"), sets.map(ZoneListing.Item.set) + [other])
    }

    @Test(arguments: ["MX", "CAA", "SRV", "LUA", "ALIAS", "HTTPS", "PTR"]) func otherKindsTakeAName(kind: String) throws
    {
        let listing = try Self.listing(kind, at: "a.saas.test")
        let found = listing.recordSets()
        #expect(found.map(\.key.description) == ["a.saas.test A"] && found.allSatisfy(Placeholder.isOne))
        for change in [
            RecordChange.create(try Self.set("a.saas.test")),
            .create(try Self.set("a.saas.test", .aaaa, "2001:db8::1")),
            .create(try Self.set("a.saas.test", .cname, "b.test")), .remove(found[0]),
        ] { #expect(listing.obstacle(to: change) != nil, "\(change)") }
        // Neither a text beside it, nor what is below it or elsewhere.
        for change in [
            RecordChange.create(try Self.set("a.saas.test", .txt, "text")), .create(try Self.set("b.a.saas.test")),
            .create(try Self.set("b.saas.test")),
        ] { #expect(listing.obstacle(to: change) == nil, "\(change)") }
    }

    /// Whose it is is seen by them, and what is ours can still be changed and removed.
    @Test func addressesTellWhoseANameIs() throws {
        let ours = try Self.set("a.saas.test")
        let listing = try Self.listing("MX", at: "a.saas.test", [ours])
        #expect(listing.recordSets() == [ours])
        let other = try Self.set("a.saas.test", .a, "192.0.2.2")
        for change in [RecordChange.replace(ours, with: other), .remove(ours)] {
            #expect(listing.obstacle(to: change) == nil)
        }
    }

    @Test(arguments: ["SOA", "NS", "DNSKEY", "RRSIG"]) func whatEveryZoneHasIsNobodys(kind: String) throws {
        let listing = try Self.listing(kind, at: "saas.test")
        let below = try Self.name("a.saas.test")
        #expect(listing.recordSets().isEmpty && listing.recordSets(at: [below]).isEmpty)
        for name in ["saas.test", "a.saas.test"] {
            #expect(listing.obstacle(to: .create(try Self.set(name))) == nil)
        }
        #expect(try Self.listing("RRSIG", at: "a.saas.test").recordSets().isEmpty)
    }

    @Test(arguments: ["NS", "DNAME"]) func nothingIsMadeAtOrBelowADelegation(kind: String) throws {
        let ours = try Self.set("old.sub.saas.test")
        let listing = try Self.listing(kind, at: "sub.saas.test", [ours])
        #expect(listing.recordSets().map(\.key.description) == ["old.sub.saas.test A", "sub.saas.test CNAME"])
        let asked = try Set(["x.sub.saas.test", "old.sub.saas.test", "xsub.saas.test"].map(Self.name))
        #expect(
            listing.recordSets(at: asked).map(\.key.description) == ["old.sub.saas.test A", "x.sub.saas.test CNAME"])
        for name in ["sub.saas.test", "x.sub.saas.test", "a.b.sub.saas.test"] {
            #expect(listing.obstacle(to: .create(try Self.set(name))) != nil)
            #expect(listing.obstacle(to: .create(try Self.set(name, .txt, "text"))) != nil)
        }
        #expect(listing.obstacle(to: .create(try Self.set("xsub.saas.test"))) == nil)
        #expect(listing.obstacle(to: .remove(ours)) == nil)
    }

    @Test func namesInBetweenAreAskedForToo() throws {
        let zone = try Self.name("saas.test")
        let names = try Set(["a.b.c.saas.test", "d.saas.test", "saas.test"].map(Self.name))
        let more = try Set(["b.c.saas.test", "c.saas.test"].map(Self.name))
        #expect(ZoneListing.withParents(names, in: zone) == names.union(more))
    }
}
