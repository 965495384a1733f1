public import DNS

/// Tries whether a provider keeps the promises of ``DNSProvider``, on a zone in which the names below `trial` are free.
///
/// For every provider, one's own too: run it in a test, against the real service or a server of its kind, and expect no
/// findings.
public struct ProviderTrial: Sendable {
    /// How many names the listing is tried with: more than any provider gives on one page.
    public static let manyNames = 320

    let provider: any DNSProvider
    let zone: DomainName
    /// Below it all names of the trial lie.
    let home: DomainName
    /// How often the provider is asked until what was changed is listed.
    let patience: Int

    /// A trial.
    ///
    /// - Parameter patience: how often a listing is asked for until it shows a change, for providers that take a moment.
    public init(_ provider: any DNSProvider, zone: DomainName, patience: Int = 1) throws {
        guard let home = zone.below("trial") else { throw ProviderTrialError.zoneTooLong }
        self.provider = provider
        self.zone = zone
        self.home = home
        self.patience = max(1, patience)
    }

    /// Tries everything, and leaves the zone as it was.
    ///
    /// - Returns: what is not as it should be; empty if all is well.
    /// - Throws: what the provider throws that is no ``DNSProviderError``, and whatever keeps the zone from being cleared.
    public func run() async throws -> [ProviderFinding] {
        var findings: [ProviderFinding] = []
        for stage in ProviderStage.allCases {
            do {
                findings += try await self.run(stage)
            } catch let error as DNSProviderError {
                findings.append(ProviderFinding(stage: stage, detail: "failed: \(error)"))
            }
            try await self.clear()
        }
        return findings
    }

    private func run(_ stage: ProviderStage) async throws -> [ProviderFinding] {
        let bench = TrialBench(trial: self, stage: stage)
        switch stage {
        case .kinds: return try await bench.everyKind()
        case .repetition: return try await bench.everyChangeTwice()
        case .conflict: return try await bench.whatIsNotExpectedStays()
        case .neighbours: return try await bench.neighboursStay()
        case .many: return try await bench.allPagesAreListed()
        case .unknownZone: return try await bench.otherZonesAreNamed()
        }
    }

    /// Removes what the trial has left.
    private func clear() async throws {
        let rest = try await self.provider.records(in: self.zone, at: nil).filter { $0.name.isWithin(self.home) }
        for chunk in rest.chunks(of: self.provider.support.maximumChanges) {
            _ = try await self.provider.apply(chunk.map(RecordChange.remove), to: self.zone)
        }
    }
}

/// What is tried.
public enum ProviderStage: String, Sendable, Hashable, CaseIterable {
    /// Every kind of record that the provider says it has, with values that need care.
    case kinds
    /// Every change twice: as after an answer that was lost.
    case repetition
    /// Changes that expect something else than is there.
    case conflict
    /// Changes beside records that they are not about.
    case neighbours
    /// More names than fit on a page.
    case many
    /// A zone that the provider does not have.
    case unknownZone
}

/// Something that is not as it should be.
public struct ProviderFinding: Sendable, Hashable, CustomStringConvertible {
    /// What was tried.
    public let stage: ProviderStage
    /// What was seen.
    public let detail: String

    /// Both.
    public var description: String { "\(self.stage.rawValue): \(self.detail)" }
}

/// Why there is no trial.
public enum ProviderTrialError: Error, Sendable {
    /// Names below `trial` would be too long.
    case zoneTooLong
}

extension Array {
    /// The elements in pieces of at most `size`.
    func chunks(of size: Int) -> [[Element]] {
        stride(from: 0, to: self.count, by: Swift.max(1, size)).map {
            Array(self[$0..<Swift.min($0 + Swift.max(1, size), self.count)])
        }
    }
}
