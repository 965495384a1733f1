import DNS
import Testing

/// A zone in memory that applies changes as strictly as a provider may.
private struct StrictZone {
    private(set) var sets: [RecordKey: RecordSet] = [:]

    init(_ sets: [RecordSet] = []) { for set in sets { self.sets[set.key] = set } }

    var records: [RecordSet] { self.sets.values.sorted { $0.key < $1.key } }

    /// - Returns: whether the zone held what the change expects.
    mutating func apply(_ change: RecordChange) -> Bool {
        switch change {
        case .create(let set):
            let neighbours = self.sets.keys.filter { $0.name == set.name }
            guard neighbours.allSatisfy({ $0.type != .cname && set.type != .cname }) else { return false }
            return self.sets.updateValue(set, forKey: set.key) == nil
        case .replace(let old, let new): return self.sets.updateValue(new, forKey: new.key) == old
        case .remove(let old): return self.sets.removeValue(forKey: old.key) == old
        }
    }
}

@Suite struct ZonePlanTests {
    private static func set(
        _ name: String, _ type: RecordType = .a, _ values: [String] = ["192.0.2.1"], ttl: Int = 60
    ) throws -> RecordSet {
        try RecordSet(try #require(DomainName(name)), type, ttl: ttl, values: values)
    }

    private static func mark(
        _ name: String, registry: String = "main", subject: String? = nil
    ) throws -> RecordSet {
        let name = try #require(DomainName(name))
        let mark = try #require(OwnershipMark(registry: registry, subject: subject ?? String(name.labels[0])))
        return try RecordSet(try #require(OwnershipMark.name(for: name)), .txt, ttl: 300, values: [mark.text])
    }

    private static func wanted(_ set: RecordSet, for subject: String? = nil) -> DesiredRecord {
        DesiredRecord(set, for: subject ?? String(set.name.labels[0]))
    }

    private static func plan(_ desired: [DesiredRecord], _ actual: [RecordSet]) -> ZonePlan {
        ZonePlan(desired: desired, actual: actual, registry: "main")
    }

    @Test func freeNameIsMarkedFirst() throws {
        let acme = try Self.set("acme.example.com")
        let plan = Self.plan([Self.wanted(acme)], [])
        #expect(plan.changes.map(\.kind) == [.create])
        #expect(plan.changes[0].steps == [.create(try Self.mark("acme.example.com")), .create(acme)])
        #expect(plan.conflicts.isEmpty && plan.removals == 0)
    }

    @Test func whatIsRightStays() throws {
        let acme = try Self.set("acme.example.com")
        let plan = Self.plan([Self.wanted(acme)], [acme, try Self.mark("acme.example.com")])
        #expect(plan.isEmpty && plan.ownedNames == 1)
    }

    @Test func whatSomebodyElseMadeIsLeftAlone() throws {
        let foreign = try Self.set("acme.example.com", .cname, ["parking.example.net"])
        for record in [foreign, try Self.set("acme.example.com")] {
            let plan = Self.plan([Self.wanted(try Self.set("acme.example.com"))], [record])
            #expect(plan.isEmpty)
            #expect(plan.conflicts.map(\.reason) == [.unmarked])
            #expect(plan.conflicts.map(\.found) == [[record]])
        }
        let other = try Self.mark("acme.example.com", registry: "staging")
        let plan = Self.plan([Self.wanted(try Self.set("acme.example.com"))], [other])
        #expect(plan.conflicts.map(\.reason) == [.otherRegistry])
        // Nothing of theirs is removed either.
        #expect(Self.plan([], [foreign, other, try Self.set("www.example.com")]).isEmpty)
    }

    @Test func markAmongOtherTextsIsNone() throws {
        let mark = try Self.mark("acme.example.com")
        let mixed = try RecordSet(mark.name, .txt, ttl: 300, values: mark.values + ["something else"])
        let plan = Self.plan([], [mixed, try Self.set("acme.example.com")])
        #expect(plan.isEmpty && plan.ownedNames == 0)
    }

    @Test func textsBesideAnAddressAreNobodysBusiness() throws {
        let text = try Self.set("acme.example.com", .txt, ["google-site-verification=x"])
        let acme = try Self.set("acme.example.com")
        let mark = try Self.mark("acme.example.com")
        #expect(Self.plan([Self.wanted(acme)], [text]).changes.map(\.kind) == [.create])
        #expect(Self.plan([], [text, acme, mark]).changes[0].steps == [.remove(acme), .remove(mark)])
        let alias = try Self.set("acme.example.com", .cname, ["edge.example.net"])
        #expect(Self.plan([Self.wanted(alias)], [text]).conflicts.map(\.reason) == [.unmarked])
    }

    @Test func changesOfKindRemoveBeforeTheyMake() throws {
        let (four, six) = (try Self.set("acme.example.com"), try Self.set("acme.example.com", .aaaa, ["2001:db8::1"]))
        let alias = try Self.set("acme.example.com", .cname, ["edge.example.net"])
        let mark = try Self.mark("acme.example.com")
        let plan = Self.plan([Self.wanted(alias)], [four, six, mark])
        #expect(plan.changes.map(\.steps) == [[.remove(four), .remove(six), .create(alias)]])
        let longer = try Self.set("acme.example.com", ttl: 600)
        #expect(Self.plan([Self.wanted(longer)], [four, mark]).changes[0].steps == [.replace(four, with: longer)])
    }

    @Test func nameThatWasAnotherTenantsIsHandedOver() throws {
        let acme = try Self.set("acme.example.com")
        let (old, new) = (
            try Self.mark("acme.example.com", subject: "one"), try Self.mark("acme.example.com", subject: "two")
        )
        let plan = Self.plan([Self.wanted(acme, for: "two")], [acme, old])
        #expect(plan.changes.map(\.steps) == [[.replace(old, with: new)]])
    }

    /// A list of tenants that could not be read must not empty the zone.
    @Test func tooManyRemovalsAreRefused() throws {
        var actual: [RecordSet] = []
        for number in 0..<20 {
            actual += [try Self.set("t\(number).example.com"), try Self.mark("t\(number).example.com")]
        }
        let all = try (0..<20).map { Self.wanted(try Self.set("t\($0).example.com")) }
        let refusal = try #require(Self.plan([], actual).refusal(removingMoreThan: 0.3))
        #expect(refusal.removals == 20 && refusal.ownedNames == 20)
        #expect(refusal.description.contains("20 of 20"))
        #expect(Self.plan(Array(all.dropFirst(7)), actual).refusal(removingMoreThan: 0.3) != nil)
        #expect(Self.plan(Array(all.dropFirst(6)), actual).refusal(removingMoreThan: 0.3) == nil)
        #expect(Self.plan(Array(all.dropFirst(5)), actual).refusal(removingMoreThan: 0.1) == nil)
    }

    /// Whatever is broken off where, the next plan leads to what is wanted, and never touches what is not ours.
    @Test(arguments: 0..<200) func brokenOffAnywhereItStillGetsThere(seed: Int) throws {
        var random = Seeded(seed: UInt64(seed))
        let hosts = (0..<6).map { "h\($0).example.com" }
        let foreign = try Self.set("h0.example.com", .a, ["198.51.100.9"])
        var zone = StrictZone([foreign])
        for _ in 0..<12 {
            let desired = try hosts.filter { _ in Bool.random(using: &random) }.map { host in
                let kinds: [(RecordType, String)] = [
                    (.a, "192.0.2.1"), (.a, "192.0.2.2"), (.aaaa, "2001:db8::1"), (.cname, "edge.example.net"),
                ]
                let (type, value) = kinds[Int.random(in: 0..<4, using: &random)]
                return Self.wanted(try Self.set(host, type, [value]))
            }
            let steps = Self.plan(desired, zone.records).changes.flatMap(\.steps)
            for step in steps.prefix(Int.random(in: 0...max(steps.count, 1), using: &random)) {
                let isAsExpected = zone.apply(step)
                #expect(isAsExpected, "\(step)")
            }
            #expect(zone.sets[foreign.key] == foreign)
            var finished = zone
            for step in Self.plan(desired, zone.records).changes.flatMap(\.steps) {
                let isAsExpected = finished.apply(step)
                #expect(isAsExpected, "\(step)")
            }
            #expect(Self.plan(desired, finished.records).isEmpty)
            let answers = finished.records.filter { $0.type != .txt && $0 != foreign }
            let expected = desired.map(\.set).filter { $0.name != foreign.name }.sorted { $0.key < $1.key }
            #expect(answers == expected)
        }
    }

    private struct Seeded: RandomNumberGenerator {
        var state: UInt64

        init(seed: UInt64) { self.state = seed &+ 0x9E37_79B9_7F4A_7C15 }

        mutating func next() -> UInt64 {
            self.state = self.state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return self.state ^ (self.state >> 29)
        }
    }
}
