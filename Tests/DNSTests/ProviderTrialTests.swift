import DNS
import DNSTestKit
import Testing

@Suite struct ProviderTrialTests {
    private static func trial(_ faults: Set<MemoryProvider.Fault>) async throws -> [ProviderFinding] {
        let zone = try #require(DomainName("example.com"))
        return try await ProviderTrial(MemoryProvider(zone: zone, faults: faults), zone: zone).run()
    }

    @Test func providerThatKeepsItsPromisesHasNoFindings() async throws {
        let findings = try await Self.trial([])
        #expect(findings.isEmpty, "\(findings)")
    }

    @Test(arguments: [
        (MemoryProvider.Fault.overwrites, ProviderStage.conflict), (.listsOnePage, .many), (.roundsTimes, .kinds),
        (.removesNeighbours, .neighbours), (.knowsEveryZone, .unknownZone), (.refusesRepetition, .repetition),
    ])
    func brokenPromiseIsFound(fault: MemoryProvider.Fault, stage: ProviderStage) async throws {
        let findings = try await Self.trial([fault])
        #expect(findings.contains { $0.stage == stage }, "\(findings)")
    }
}
