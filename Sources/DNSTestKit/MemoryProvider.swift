public import DNS
import Synchronization

/// A provider whose zone is in memory, for tests of what works with providers; it keeps its promises unless told not to.
public final class MemoryProvider: DNSProvider {
    /// A promise that is broken.
    public enum Fault: Sendable, Hashable, CaseIterable {
        /// Writes whatever is there.
        case overwrites
        /// Takes what is done already for an error.
        case refusesRepetition
        /// Lists the first hundred sets only.
        case listsOnePage
        /// Writes another time to live than it was given.
        case roundsTimes
        /// Removes everything at a name.
        case removesNeighbours
        /// Lists any zone there could be.
        case knowsEveryZone
    }

    /// The name.
    public let name = "Memory"
    /// All kinds, together.
    public let support = DNSSupport(appliesTogether: true)

    private let zone: DomainName
    private let faults: Set<Fault>
    private let sets = Mutex<[RecordKey: RecordSet]>([:])

    /// A provider with one zone.
    public init(zone: DomainName, sets: [RecordSet] = [], faults: Set<Fault> = []) {
        self.zone = zone
        self.faults = faults
        self.sets.withLock { held in for set in sets { held[set.key] = set } }
    }

    /// The record sets; see ``DNSProvider/records(in:at:)``.
    public func records(in zone: DomainName, at names: Set<DomainName>?) async throws -> [RecordSet] {
        try self.check(zone)
        let all = self.sets.withLock { $0.values.sorted { $0.key < $1.key } }
        let wanted = names.map { names in all.filter { names.contains($0.name) } } ?? all
        return self.faults.contains(.listsOnePage) ? Array(wanted.prefix(100)) : wanted
    }

    /// Makes changes together; see ``DNSProvider/apply(_:to:)``.
    public func apply(_ changes: [RecordChange], to zone: DomainName) async throws -> ChangeReceipt {
        try self.check(zone)
        try self.sets.withLock { sets in
            var after = sets
            for change in changes { try self.apply(change, to: &after) }
            sets = after
        }
        return ChangeReceipt()
    }

    /// At once.
    public func settled(_ receipt: ChangeReceipt, in zone: DomainName) async throws -> Bool { true }

    private func check(_ zone: DomainName) throws {
        guard zone == self.zone || self.faults.contains(.knowsEveryZone) else {
            throw self.error(.unknownZone, "has no such zone", zone)
        }
    }

    private func apply(_ change: RecordChange, to sets: inout [RecordKey: RecordSet]) throws {
        switch change.standing(in: sets) {
        case .done:
            guard !self.faults.contains(.refusesRepetition) else {
                throw self.error(.refused, "\(change.key) is so already", self.zone)
            }
            return
        case .conflict where !self.faults.contains(.overwrites):
            throw self.error(.conflict, "\(change.key) is not as it was", self.zone)
        case .needed, .conflict: break
        }
        switch change {
        case .create(let set), .replace(_, let set):
            if !self.faults.contains(.overwrites) { try self.checkAlias(set, in: sets) }
            sets[set.key] =
                try self.faults.contains(.roundsTimes)
                ? RecordSet(set.name, set.type, ttl: 300, values: set.values) : set
        case .remove(let set):
            sets[set.key] = nil
            guard self.faults.contains(.removesNeighbours) else { return }
            for key in sets.keys where key.name == set.name { sets[key] = nil }
        }
    }

    /// A name that stands for another has no other records.
    private func checkAlias(_ set: RecordSet, in sets: [RecordKey: RecordSet]) throws {
        let others = sets.keys.filter { $0.name == set.name && $0 != set.key }
        guard others.isEmpty || (set.type != .cname && others.allSatisfy { $0.type != .cname }) else {
            throw self.error(.conflict, "\(set.name) has other records", self.zone)
        }
    }

    private func error(_ kind: DNSProviderError.Kind, _ reason: String, _ zone: DomainName) -> DNSProviderError {
        DNSProviderError(kind, provider: self.name, zone: zone, reason: reason)
    }
}
