import DNS
import DNSTestKit
import Testing

/// A process that dies between any two steps of a change, with a provider that makes them one by one; then a new plan.
@Suite struct PlanRestartTests {
    private static let registry = "main"

    private static func zone() throws -> DomainName { try #require(DomainName("example.com")) }

    private static func set(
        _ label: String, _ type: RecordType = .a, _ values: [String] = ["192.0.2.1"], ttl: Int = 60
    ) throws -> RecordSet {
        try RecordSet(try #require(Self.zone().below(label)), type, ttl: ttl, values: values)
    }

    private static func mark(_ label: String, _ subject: String, registry: String = registry) throws -> RecordSet {
        let mark = try #require(OwnershipMark(registry: registry, subject: subject))
        let place = try #require(OwnershipMark.name(for: Self.set(label).name))
        return try RecordSet(place, .txt, ttl: 300, values: [mark.text])
    }

    private static func plan(_ desired: [DesiredRecord], _ actual: [RecordSet]) -> ZonePlan {
        ZonePlan(desired: desired, actual: actual, registry: Self.registry)
    }

    /// What becomes of one name: from what is there to what is wanted.
    struct Change: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let before: @Sendable () throws -> [RecordSet]
        let desired: @Sendable () throws -> [DesiredRecord]
        let after: @Sendable () throws -> [RecordSet]

        init(
            _ name: String, before: @escaping @Sendable () throws -> [RecordSet], subject: String = "one",
            wanted: @escaping @Sendable () throws -> [RecordSet], label: String = "acme"
        ) {
            self.testDescription = name
            self.before = before
            self.desired = { try wanted().map { DesiredRecord($0, for: subject) } }
            self.after = {
                let records = try wanted()
                return records.isEmpty ? [] : records + [try mark(label, subject)]
            }
        }
    }

    static let changes = [
        Change("create", before: { [] }, wanted: { [try set("acme"), try set("acme", .aaaa, ["2001:db8::1"])] }),
        Change(
            "create below a wildcard", before: { [] }, wanted: { [try set("*.acme")] }, label: "*.acme"),
        Change(
            "values", before: { [try set("acme"), try mark("acme", "one")] },
            wanted: { [try set("acme", .a, ["192.0.2.7"], ttl: 120), try set("acme", .aaaa, ["2001:db8::1"])] }),
        Change(
            "kind", before: { [try set("acme"), try set("acme", .aaaa, ["2001:db8::1"]), try mark("acme", "one")] },
            wanted: { [try set("acme", .cname, ["edge.example.net"])] }),
        Change(
            "kind back", before: { [try set("acme", .cname, ["edge.example.net"]), try mark("acme", "one")] },
            wanted: { [try set("acme"), try set("acme", .aaaa, ["2001:db8::1"])] }),
        Change(
            "hand over", before: { [try set("acme"), try mark("acme", "one")] }, subject: "two",
            wanted: { [try set("acme", .cname, ["edge.example.net"])] }),
        Change(
            "remove", before: { [try set("acme"), try set("acme", .aaaa, ["2001:db8::1"]), try mark("acme", "one")] },
            wanted: { [] }),
        Change("mark alone", before: { [try mark("acme", "one")] }, wanted: { [] }),
    ]

    private static func foreign() throws -> [RecordSet] {
        [
            try set("www", .a, ["198.51.100.1"]), try set("x.acme", .a, ["198.51.100.2"]),
            try set("other"), try mark("other", "nine", registry: "staging"),
        ]
    }

    @Test(arguments: changes) func brokenOffAfterAnyStepItGetsThere(change: Change) async throws {
        let (zone, foreign) = (try Self.zone(), try Self.foreign())
        let (before, desired, after) = (try change.before(), try change.desired(), try change.after())
        let steps = Self.plan(desired, before + foreign).changes.flatMap(\.steps)
        #expect(!steps.isEmpty)
        for count in 0...steps.count {
            let provider = MemoryProvider(zone: zone, sets: before + foreign)
            for step in steps.prefix(count) {
                _ = try await provider.apply([step], to: zone)
                try await Self.expectMarked(provider)
            }
            // The last one was made, and nobody heard of it.
            if count > 0 { _ = try await provider.apply([steps[count - 1]], to: zone) }
            let next = Self.plan(desired, try await provider.records(in: zone, at: nil))
            #expect(next.conflicts.isEmpty && next.isEmpty == (count == steps.count), "after \(count) steps")
            for step in next.changes.flatMap(\.steps) {
                _ = try await provider.apply([step], to: zone)
                try await Self.expectMarked(provider)
            }
            let end = try await provider.records(in: zone, at: nil)
            #expect(Set(end) == Set(after + foreign), "after \(count) steps")
            #expect(Self.plan(desired, end).isEmpty)
        }
    }

    /// Somebody changes their mind while a change is half done: what was begun is finished for what is wanted now.
    @Test(arguments: changes, changes) func halfDoneItTurnsToWhatIsWantedNow(first: Change, second: Change) async throws
    {
        let (zone, foreign) = (try Self.zone(), try Self.foreign())
        let (before, desired) = (try first.before(), try second.desired())
        let steps = Self.plan(try first.desired(), before + foreign).changes.flatMap(\.steps)
        for count in 0...steps.count {
            let provider = MemoryProvider(zone: zone, sets: before + foreign)
            for step in steps.prefix(count) { _ = try await provider.apply([step], to: zone) }
            let next = Self.plan(desired, try await provider.records(in: zone, at: nil))
            for step in next.changes.flatMap(\.steps) { _ = try await provider.apply([step], to: zone) }
            let end = try await provider.records(in: zone, at: nil)
            #expect(Set(end) == Set(try second.after() + foreign), "after \(count) steps")
            #expect(Self.plan(desired, end).isEmpty && next.conflicts.isEmpty)
        }
    }

    /// The steps of an old plan, made late, after a newer one was carried out: refused or without effect on others.
    @Test func stepsOfAnOldPlanAreNoHarm() async throws {
        let (zone, foreign) = (try Self.zone(), try Self.foreign())
        for old in Self.changes {
            let before = try old.before()
            let steps = Self.plan(try old.desired(), before + foreign).changes.flatMap(\.steps)
            let taken = [
                try Self.set("acme", .a, ["198.51.100.9"]), try Self.mark("acme", "nine", registry: "staging"),
            ]
            let provider = MemoryProvider(zone: zone, sets: taken + foreign)
            for step in steps where step.key.name.description.hasSuffix("acme.example.com") {
                do {
                    _ = try await provider.apply([step], to: zone)
                } catch let error as DNSProviderError {
                    #expect(error.kind == .conflict)
                }
            }
            let end = Set(try await provider.records(in: zone, at: nil))
            #expect(end.isSuperset(of: taken + foreign), "\(old.testDescription)")
        }
    }

    @Test func recordThatLostItsMarkIsReported() async throws {
        let (zone, acme) = (try Self.zone(), try Self.set("acme"))
        let provider = MemoryProvider(zone: zone, sets: [acme, try Self.mark("acme", "one")])
        _ = try await provider.apply([.remove(try Self.mark("acme", "one"))], to: zone)
        let actual = try await provider.records(in: zone, at: nil)
        for desired in [[DesiredRecord(acme, for: "one")], [DesiredRecord(try Self.set("acme", ttl: 90), for: "one")]] {
            let plan = Self.plan(desired, actual)
            #expect(plan.isEmpty && plan.conflicts.map(\.reason) == [.unmarked])
            #expect(plan.conflicts.map(\.found) == [[acme]])
        }
        // Nor is it removed when nobody wants it any more.
        #expect(Self.plan([], actual).isEmpty && Self.plan([], actual).ownedNames == 0)
    }

    /// What no provider would carry out is no plan, but a conflict: a plan would be made again and again.
    @Test func nameThatCannotBeMarkedIsReported() async throws {
        let acme = DesiredRecord(try Self.set("acme"), for: "one")
        let place = try Self.mark("acme", "one").name
        let mixed = try RecordSet(place, .txt, ttl: 60, values: Self.mark("acme", "one").values + ["more"])
        let alias = try RecordSet(place, .cname, ttl: 60, values: ["edge.example.net"])
        for blocking in [mixed, alias] {
            let plan = Self.plan([acme], [blocking])
            #expect(plan.isEmpty && plan.conflicts.map(\.reason) == [.markTaken])
            #expect(plan.conflicts.first?.description.hasPrefix("_bulkhead.acme.example.com has records") == true)
        }
        let address = try RecordSet(place, .a, ttl: 60, values: ["198.51.100.1"])
        #expect(Self.plan([acme], [address]).changes.map(\.kind) == [.create])
    }

    @Test func textBesideOursIsInTheWayOfAnAlias() async throws {
        let text = try Self.set("acme", .txt, ["a text of somebody else"])
        let actual = [text, try Self.set("acme"), try Self.mark("acme", "one")]
        let alias = DesiredRecord(try Self.set("acme", .cname, ["edge.example.net"]), for: "one")
        let plan = Self.plan([alias], actual)
        #expect(plan.isEmpty && plan.conflicts.map(\.reason) == [.unmarked])
        // Nothing is in the way of what is there, nor of its removal.
        #expect(Self.plan([DesiredRecord(actual[1], for: "one")], actual).conflicts.isEmpty)
        #expect(Self.plan([], actual).removals == 1)
    }

    /// Between a plan and its steps somebody takes the name.
    @Test func nameThatIsTakenInBetweenIsLeftAlone() async throws {
        let (zone, acme) = (try Self.zone(), DesiredRecord(try Self.set("acme"), for: "one"))
        let steps = Self.plan([acme], []).changes.flatMap(\.steps)
        let theirs = try Self.set("acme", .cname, ["parking.example.net"])
        for count in 0..<steps.count {
            let provider = MemoryProvider(zone: zone)
            for step in steps.prefix(count) { _ = try await provider.apply([step], to: zone) }
            _ = try await provider.apply([.create(theirs)], to: zone)
            let error = await #expect(throws: DNSProviderError.self) {
                for step in steps.dropFirst(count) { _ = try await provider.apply([step], to: zone) }
            }
            #expect(error?.kind == .conflict)
            #expect(try await provider.records(in: zone, at: nil).contains(theirs))
        }
    }

    /// A record of ours never stands without a mark.
    private static func expectMarked(_ provider: MemoryProvider) async throws {
        let found = try await provider.records(in: Self.zone(), at: nil)
        let marked = Self.plan([], found)
        let ours = found.filter { $0.type != .txt && $0.values.allSatisfy { !$0.hasPrefix("198.51.100.") } }
        let names = Set(ours.map(\.name)).subtracting([try Self.set("other").name])
        #expect(names.isSubset(of: Set(marked.changes.map(\.name))))
    }
}
