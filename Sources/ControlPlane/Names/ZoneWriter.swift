import DNS
import Tenancy

/// Carries out plans: what came of each name, and errors that are about one name kept apart from those about the zone.
struct ZoneWriter: Sendable {
    /// What came of a change.
    enum Result: Sendable {
        case done(ChangeReceipt)
        /// The zone was changed meanwhile, or the provider does not take this one.
        case refused(DNSProviderError)
    }

    let provider: any DNSProvider
    let zone: DomainName
    /// Throws if somebody else writes to the zone by now.
    let stillOurs: @Sendable () async throws -> Void

    /// Makes changes, several in one call.
    ///
    /// - Throws: `DNSProviderError` that is not about one name; what ``stillOurs`` throws.
    func apply(_ changes: [NameChange]) async throws -> [DomainName: Result] {
        var results: [DomainName: Result] = [:]
        for batch in self.batches(changes) {
            try await self.stillOurs()
            results.merge(try await self.apply(batch: batch)) { $1 }
        }
        return results
    }

    /// One name that is refused must not keep the others from being made: they are then made one by one.
    private func apply(batch: [NameChange]) async throws -> [DomainName: Result] {
        do {
            let receipt = try await self.provider.apply(batch.flatMap(\.steps), to: self.zone)
            return Dictionary(uniqueKeysWithValues: batch.map { ($0.name, .done(receipt)) })
        } catch let error as DNSProviderError where error.isAboutRecords {
            guard batch.count > 1 else { return [batch[0].name: .refused(error)] }
            var results: [DomainName: Result] = [:]
            for change in batch {
                try await self.stillOurs()
                results.merge(try await self.apply(batch: [change])) { $1 }
            }
            return results
        }
    }

    private func batches(_ changes: [NameChange]) -> [[NameChange]] {
        var batches: [[NameChange]] = []
        var size = 0
        for change in changes {
            if batches.isEmpty || size + change.steps.count > self.provider.support.maximumChanges {
                batches.append([])
                size = 0
            }
            batches[batches.count - 1].append(change)
            size += change.steps.count
        }
        return batches
    }
}

extension DNSProviderError {
    /// Whether it is about the records of a change, and not about the zone or the way there.
    fileprivate var isAboutRecords: Bool { self.kind == .conflict || self.kind == .refused }
}
