import DNS

/// What one stage of a trial works with.
struct TrialBench {
    let trial: ProviderTrial
    let stage: ProviderStage

    private var provider: any DNSProvider { self.trial.provider }
    private var zone: DomainName { self.trial.zone }
    private var ttl: Int { max(60, self.provider.support.minimumTTL) }

    // MARK: Stages

    func everyKind() async throws -> [ProviderFinding] {
        var sets = try [
            self.set("four", .a, ["192.0.2.1", "192.0.2.2"]), self.set("six", .aaaa, ["2001:db8::1", "2001:db8::2"]),
            self.set("both", .a, ["192.0.2.3"]), self.set("both", .aaaa, ["2001:db8::3"]),
            self.set("alias", .cname, ["edge.example.net"]), self.set("*.wild", .a, ["192.0.2.4"]),
            self.set("_text", .txt, [#"with "quotes", a \backslash and ; more"#, "second"]),
            self.set("_long", .txt, [String(repeating: "x", count: 255)]),
        ]
        sets.removeAll { !self.provider.support.types.contains($0.type) }
        try await self.apply(sets.map(RecordChange.create))
        var findings = try await self.expect(sets, "after they were made")
        // What comes next expects what was just made.
        guard findings.isEmpty else { return findings }
        let longer = try sets.map { try RecordSet($0.name, $0.type, ttl: $0.ttl + 60, values: $0.values) }
        try await self.apply(zip(sets, longer).map { .replace($0, with: $1) })
        findings += try await self.expect(longer, "after their time to live was changed")
        try await self.apply(longer.map(RecordChange.remove))
        return findings + (try await self.expect([], "after they were removed"))
    }

    func everyChangeTwice() async throws -> [ProviderFinding] {
        let (old, new) = (try self.set("twice", .a, ["192.0.2.1"]), try self.set("twice", .a, ["192.0.2.2"]))
        var findings: [ProviderFinding] = []
        let changes: [(RecordChange, [RecordSet])] = [
            (.create(old), [old]), (.replace(old, with: new), [new]), (.remove(new), []),
        ]
        for (change, expected) in changes {
            for time in 1...2 {
                try await self.apply([change])
                findings += try await self.expect(expected, "\(change) for time \(time)")
            }
        }
        return findings
    }

    func whatIsNotExpectedStays() async throws -> [ProviderFinding] {
        let theirs = try self.set("theirs", .a, ["198.51.100.1"])
        let (ours, other) = (try self.set("theirs", .a, ["192.0.2.1"]), try self.set("theirs", .a, ["192.0.2.2"]))
        try await self.apply([.create(theirs)])
        var findings: [ProviderFinding] = []
        for change in [RecordChange.create(ours), .replace(ours, with: other), .remove(ours)] {
            do {
                try await self.apply([change])
                findings.append(self.finding("\(change) was taken although \(theirs) is there"))
            } catch let error as DNSProviderError where error.kind == .conflict {
                findings += try await self.expect([theirs], "after the conflict of \(change)")
            }
        }
        let alias = try self.set("theirs", .cname, ["edge.example.net"])
        do {
            try await self.apply([.create(alias)])
            findings.append(self.finding("a CNAME was made beside \(theirs)"))
        } catch let error as DNSProviderError where error.kind == .conflict || error.kind == .refused {
            findings += try await self.expect([theirs], "after the refusal of a CNAME")
        }
        return findings
    }

    func neighboursStay() async throws -> [ProviderFinding] {
        let neighbours = try [
            self.set("house", .txt, ["somebody else's"]), self.set("a.house", .a, ["192.0.2.8"]),
            self.set("houses", .a, ["192.0.2.9"]),
        ]
        try await self.apply(neighbours.map(RecordChange.create))
        let house = try self.set("house", .a, ["192.0.2.1"])
        try await self.apply([.create(house)])
        var findings = try await self.expect(neighbours + [house], "after one was made")
        try await self.apply([.remove(house)])
        findings += try await self.expect(neighbours, "after it was removed")
        return findings
    }

    func allPagesAreListed() async throws -> [ProviderFinding] {
        let sets = try (0..<ProviderTrial.manyNames).map { try self.set("many-\($0)", .a, ["192.0.2.1"]) }
        for chunk in sets.chunks(of: self.provider.support.maximumChanges) {
            try await self.apply(chunk.map(RecordChange.create))
        }
        var findings = try await self.expect(sets, "of \(sets.count) names")
        let some = Set(sets.prefix(3).map(\.name))
        let listed = try await self.provider.records(in: self.zone, at: some).map(\.name)
        if !some.isSubset(of: listed) { findings.append(self.finding("names that were asked for are not listed")) }
        return findings
    }

    func otherZonesAreNamed() async throws -> [ProviderFinding] {
        guard let unknown = DomainName("no-such-zone.invalid") else { return [] }
        do {
            _ = try await self.provider.records(in: unknown, at: nil)
            return [self.finding("a zone that is not there was listed")]
        } catch let error as DNSProviderError {
            guard error.kind == .unknownZone || error.kind == .unauthorized, error.description.contains("\(unknown)")
            else { return [self.finding("a zone that is not there: \(error)")] }
            return []
        }
    }

    // MARK: Tools

    private func set(_ label: String, _ type: RecordType, _ values: [String]) throws -> RecordSet {
        guard let name = self.trial.home.below(label) else { throw ProviderTrialError.zoneTooLong }
        return try RecordSet(name, type, ttl: self.ttl, values: values)
    }

    private func apply(_ changes: [RecordChange]) async throws {
        _ = try await self.provider.apply(changes, to: self.zone)
    }

    /// Compares what is listed below the trial's home.
    private func expect(_ sets: [RecordSet], _ moment: String) async throws -> [ProviderFinding] {
        let expected = Set(sets)
        var found: Set<RecordSet> = []
        for _ in 0..<self.trial.patience {
            let all = try await self.provider.records(in: self.zone, at: nil)
            found = Set(all.filter { $0.name.isWithin(self.trial.home) })
            if found == expected { return [] }
        }
        return expected.subtracting(found).map { self.finding("missing \(moment): \($0)") }
            + found.subtracting(expected).map { self.finding("too much \(moment): \($0)") }
    }

    private func finding(_ detail: String) -> ProviderFinding { ProviderFinding(stage: self.stage, detail: detail) }
}
