import DNS
import Testing

/// A zone in which all that can be wanted of a plan is wanted at once: to make, change, hand over, remove and leave.
struct FaultScene: Sendable {
    static let registry = "main"

    let zone: DomainName
    /// What is wanted.
    let desired: [DesiredRecord]
    /// What is there at first.
    let before: [RecordSet]
    /// What is to be there in the end.
    let after: Set<RecordSet>

    init() throws {
        self.zone = try #require(DomainName(FaultyProvider.zone))
        let set = { [zone] (label: String, type: RecordType, values: [String], ttl: Int) in
            try RecordSet(try #require(zone.below(label)), type, ttl: ttl, values: values)
        }
        let mark = { (label: String, subject: String, registry: String) in
            try set(
                "_bulkhead.\(label)", .txt, ["heritage=bulkhead,registry=\(registry),subject=\(subject)"], 300)
        }
        let foreign = try [
            set("www", .a, ["198.51.100.1"], 60), set("taken", .a, ["198.51.100.2"], 60),
            set("new", .txt, ["a text of somebody else"], 60), set("x.new", .a, ["198.51.100.3"], 60),
            set("other", .a, ["198.51.100.4"], 60), mark("other", "t-9", "staging"),
        ]
        let stays = try [set("same", .a, ["192.0.2.1"], 60), mark("same", "t-same", Self.registry)]
        self.before =
            try foreign + stays + [
                set("gone", .a, ["192.0.2.1"], 60), mark("gone", "t-gone", Self.registry),
                set("moved", .a, ["192.0.2.1", "192.0.2.2"], 60), mark("moved", "t-moved", Self.registry),
                set("alias", .a, ["192.0.2.1"], 60), mark("alias", "t-alias", Self.registry),
                set("handed", .a, ["192.0.2.1"], 60), mark("handed", "t-before", Self.registry),
            ]
        let wanted = try [
            set("new", .a, ["192.0.2.1", "192.0.2.2"], 60), set("new", .aaaa, ["2001:db8::1"], 60),
            set("same", .a, ["192.0.2.1"], 60), set("moved", .a, ["192.0.2.2", "192.0.2.3"], 120),
            set("alias", .cname, ["edge.example.net"], 60), set("handed", .a, ["192.0.2.1"], 60),
        ]
        let conflicting = try [set("taken", .a, ["192.0.2.1"], 60), set("other", .a, ["192.0.2.1"], 60)]
        self.desired = (wanted + conflicting).map { DesiredRecord($0, for: "t-\($0.name.labels[0])") }
        let labels = ["new", "same", "moved", "alias", "handed"]
        self.after = Set(foreign + wanted + (try labels.map { try mark($0, "t-\($0)", Self.registry) }))
    }

    func plan(_ actual: [RecordSet], desired: [DesiredRecord]? = nil) -> ZonePlan {
        ZonePlan(desired: desired ?? self.desired, actual: actual, registry: Self.registry)
    }

    /// Makes what is there at first, and removes the rest.
    func prepare(_ provider: any DNSProvider) async throws {
        let rest = try await provider.records(in: self.zone, at: nil)
        _ = try await provider.apply(rest.map(RecordChange.remove), to: self.zone)
        _ = try await provider.apply(self.before.map(RecordChange.create), to: self.zone)
    }

    /// Plans and applies, as the reconciler does.
    ///
    /// - Returns: whether nothing was left to do.
    func attempt(_ provider: any DNSProvider, desired: [DesiredRecord]? = nil) async throws -> Bool {
        let plan = self.plan(try await provider.records(in: self.zone, at: nil), desired: desired)
        guard !plan.isEmpty else { return true }
        _ = try await provider.apply(plan.changes.flatMap(\.steps), to: self.zone)
        return false
    }

    /// Attempts until nothing is left to do.
    ///
    /// - Parameter first: with what the first attempt is made.
    /// - Returns: the errors of those that failed.
    func reconcile(
        _ provider: any DNSProvider, first: (any DNSProvider)? = nil, desired: [DesiredRecord]? = nil,
        attempts: Int = 8
    ) async throws -> [DNSProviderError] {
        var errors: [DNSProviderError] = []
        for number in 0..<attempts {
            do {
                let current = number == 0 ? first ?? provider : provider
                if try await self.attempt(current, desired: desired) { return errors }
            } catch let error as DNSProviderError {
                errors.append(error)
            }
        }
        Issue.record("not done after \(attempts) attempts: \(errors)")
        return errors
    }
}
