import DNS
import DNSProviders
import Foundation
import LocalServers
import Testing

/// Every provider through every fault: nothing twice, nothing lost, nothing of others touched, and clear errors.
@Suite(.timeLimit(.minutes(5))) struct ProviderFaultTests {
    /// A fault, and what is seen of it.
    struct Case: Sendable, CustomTestStringConvertible {
        let fault: FaultProxy.Fault
        var times = 1
        let kind: DNSProviderError.Kind
        var retryAfter: Duration?
        var timeout: Duration = .seconds(10)

        var testDescription: String { "\(self.fault) x \(self.times)" }
    }

    private static let cases = [
        Case(fault: .status(500), times: 3, kind: .unavailable),
        Case(fault: .throttled, kind: .throttled, retryAfter: .seconds(7)),
        Case(fault: .status(401), kind: .unauthorized), Case(fault: .status(403), kind: .unauthorized),
        Case(fault: .held, kind: .unavailable, timeout: .milliseconds(1500)), Case(fault: .empty, kind: .unreadable),
        Case(fault: .closed, kind: .unavailable), Case(fault: .answerDropped, kind: .unavailable),
    ]

    @Test(arguments: FaultyProvider.allCases, FaultProxy.Place.allCases)
    func zoneIsRightInTheEnd(provider: FaultyProvider, place: FaultProxy.Place) async throws {
        let scene = try FaultScene()
        try await provider.use { upstream in
            for item in Self.cases {
                try await upstream.renew()
                try await FaultProxy.use(upstream: upstream.url) { proxy, url in
                    let proxied = url.appending(path: upstream.url.path)
                    try await Self.run(item, on: place, through: proxy, at: proxied, scene, provider, upstream.url)
                }
            }
        }
    }

    private static func run(
        _ item: Case, on place: FaultProxy.Place, through proxy: FaultProxy, at url: URL, _ scene: FaultScene,
        _ provider: FaultyProvider, _ upstream: URL
    ) async throws {
        let direct = provider.provider(at: upstream)
        try await scene.prepare(direct)
        proxy.inject(item.fault, on: place, times: item.times)
        let hasty = provider.provider(at: url, timeout: item.timeout)
        let errors = try await scene.reconcile(provider.provider(at: url), first: hasty)
        Self.check(errors, item, provider, place)
        let moment = "\(item.testDescription), \(place)"
        #expect(proxy.left == 0, "\(moment)")
        // What has happened is not asked for again.
        let writes = place == .writes && item.fault != .answerDropped ? item.times + 1 : 1
        #expect(proxy.writes == writes, "\(moment)")
        try await Self.check(scene, direct, moment)
        await proxy.release()
        try await Self.check(scene, direct, "\(moment), what was held came late")
    }

    @Test(arguments: FaultyProvider.allCases)
    func serverThatIsDownIsUnavailable(provider: FaultyProvider) async throws {
        let scene = try FaultScene()
        try await provider.use { upstream in
            let direct = provider.provider(at: upstream.url)
            try await scene.prepare(direct)
            let nowhere = try #require(URL(string: "http://127.0.0.1:\(try FreePort.reserve())"))
            let down = provider.provider(at: nowhere, timeout: .milliseconds(300))
            let error = await #expect(throws: DNSProviderError.self) { try await scene.attempt(down) }
            let refused = Case(fault: .closed, kind: .unavailable)
            Self.check([try #require(error)], refused, provider, .reads)
            #expect(try await scene.reconcile(direct).isEmpty)
            try await Self.check(scene, direct, "after the server was down")
        }
    }

    /// A tenant is gone, its record is removed, and nobody hears of it.
    @Test(arguments: FaultyProvider.allCases)
    func removalIsRepeated(provider: FaultyProvider) async throws {
        let scene = try FaultScene()
        try await provider.use { upstream in
            let direct = provider.provider(at: upstream.url)
            try await scene.prepare(direct)
            _ = try await scene.reconcile(direct)
            let foreign = scene.after.filter { scene.plan([$0]).ownedNames == 0 && scene.before.contains($0) }
            try await FaultProxy.use(upstream: upstream.url) { proxy, url in
                let faulty = provider.provider(at: url.appending(path: upstream.url.path))
                // The very changes again, not only a new plan: a step of a workflow that does not know better.
                let steps = scene.plan(try await direct.records(in: scene.zone, at: nil), desired: [])
                    .changes.flatMap(\.steps)
                proxy.inject(.answerDropped, on: .writes, times: 1)
                let error = await #expect(throws: DNSProviderError.self) {
                    try await faulty.apply(steps, to: scene.zone)
                }
                #expect(error?.kind == .unavailable)
                _ = try await faulty.apply(steps, to: scene.zone)
                #expect(try await scene.reconcile(faulty, desired: []).isEmpty)
            }
            let rest = Set(try await direct.records(in: scene.zone, at: nil))
            #expect(rest.isSubset(of: scene.before) && foreign.filter { $0.type != .a }.isSubset(of: rest))
            let names = Set(rest.map { $0.name.labels.prefix { $0 != "saas" }.joined(separator: ".") })
            #expect(names == ["www", "taken", "new", "x.new", "other", "_bulkhead.other"])
        }
    }

    @Test(arguments: FaultyProvider.allCases)
    func recordOfSomebodyElseIsReported(provider: FaultyProvider) async throws {
        let scene = try FaultScene()
        try await provider.use { upstream in
            let direct = provider.provider(at: upstream.url)
            try await scene.prepare(direct)
            let actual = try await direct.records(in: scene.zone, at: nil)
            let conflicts = scene.plan(actual).conflicts
            #expect(conflicts.map { String($0.name.labels[0]) } == ["other", "taken"])
            #expect(conflicts.map(\.reason) == [.otherRegistry, .unmarked])
            let taken = try #require(scene.before.first { $0.name.labels[0] == "taken" })
            let ours = try RecordSet(taken.name, .a, ttl: 60, values: ["192.0.2.1"])
            let alias = try RecordSet(taken.name, .cname, ttl: 60, values: ["edge.example.net"])
            // Whoever made a plan before that record was there.
            let changes = [RecordChange.create(ours), .replace(ours, with: alias), .remove(ours)]
            for change in changes + (provider.knowsAliases ? [.create(alias)] : []) {
                let error = await #expect(throws: DNSProviderError.self) {
                    try await direct.apply([change], to: scene.zone)
                }
                #expect(error?.kind == .conflict || error?.kind == .refused && change.key.type == .cname)
            }
            #expect(Set(try await direct.records(in: scene.zone, at: nil)) == Set(actual))
        }
    }

    private static func check(
        _ errors: [DNSProviderError], _ item: Case, _ provider: FaultyProvider, _ place: FaultProxy.Place
    ) {
        #expect(errors.count == item.times, "\(item.testDescription): \(errors)")
        for error in errors {
            #expect(error.kind == item.kind, "\(item.testDescription), \(place): \(error.debugDescription)")
            #expect(error.retryAfter == item.retryAfter)
            #expect(error.isTransient == (item.kind != .unauthorized))
            #expect(error.description.contains(", zone \(FaultyProvider.zone): "))
            for text in [error.description, error.debugDescription, String(reflecting: error)] {
                #expect(!text.contains(provider.secret))
            }
        }
    }

    /// The zone is as it should be, and the next plan says so.
    private static func check(_ scene: FaultScene, _ provider: any DNSProvider, _ moment: String) async throws {
        let found = try await provider.records(in: scene.zone, at: nil)
        #expect(Set(found) == scene.after && found.count == scene.after.count, "\(moment)")
        let plan = scene.plan(found)
        #expect(plan.isEmpty && plan.conflicts.count == 2, "\(moment)")
    }
}
