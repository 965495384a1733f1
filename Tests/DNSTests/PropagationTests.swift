import DNS
import Foundation
import Synchronization
import Testing

/// Whether answers come to an agreement, and for how long what was true before may be remembered.
@Suite struct PropagationTests {
    private static let zone = DomainName("saas.test")!
    private static let name = DomainName("acme.saas.test")!
    private static let start = Date(timeIntervalSince1970: 1_000_000)

    private static func a(_ values: String..., ttl: Int = 60) -> AuthorityAnswer {
        .records(AnsweredRecords(.a, ttl: ttl, values: values))
    }

    private static func alias(_ name: String) -> AuthorityAnswer {
        .alias(AnsweredRecords(.cname, ttl: 60, values: [name]))
    }

    private static func address(_ value: String = "192.0.2.1") throws -> PropagationExpectation {
        let set = try RecordSet(Self.name, .a, ttl: 60, values: [value])
        return PropagationExpectation(Self.name, in: Self.zone, .present([set]))
    }

    private static let gone = PropagationExpectation(Self.name, in: Self.zone, .absent)
    private static let resolving = PropagationExpectation(Self.name, in: Self.zone, .resolving)

    private static func answers(
        _ a: AuthorityAnswer, _ aaaa: AuthorityAnswer = .noData(negativeTTL: nil), sibling: AuthorityAnswer? = nil
    ) -> [ServerObservation.Answer] {
        [ServerObservation.Answer(.a, a, sibling: sibling), ServerObservation.Answer(.aaaa, aaaa)]
    }

    private static func said(
        _ name: String, _ answers: [ServerObservation.Answer], address: String = "192.0.2.53", negativeTTL: Int? = nil
    ) -> ServerObservation {
        ServerObservation(
            server: AuthoritativeServer(name: name, address: address), answers: answers, negativeTTL: negativeTTL,
            at: Self.start)
    }

    private static func round(_ observations: ServerObservation...) -> PropagationRound {
        PropagationRound(observations: observations, began: Self.start, ended: Self.start + 1)
    }

    @Test func presenceIsTheWantedValuesAndNothingElse() throws {
        let wanted = try Self.address()
        #expect(wanted.standing(of: Self.answers(Self.a("192.0.2.1", ttl: 5))) == .agrees)
        #expect(wanted.standing(of: Self.answers(Self.a("192.0.2.1", "192.0.2.2"))) == .differs)
        #expect(wanted.standing(of: Self.answers(.noName(negativeTTL: 1))) == .differs)
        #expect(wanted.standing(of: Self.answers(Self.alias("x.test"))) == .differs)
        let both = Self.answers(
            Self.a("192.0.2.1"), .records(AnsweredRecords(.aaaa, ttl: 1, values: ["2001:db8::1"])))
        #expect(wanted.standing(of: both) == .differs)
        #expect(wanted.standing(of: Self.answers(.failed(.refused))) == .failed(.refused))
        #expect(wanted.standing(of: []) == .failed(.timeout))
        // With the values that are wanted a wildcard does no harm.
        let same = Self.a("192.0.2.1")
        #expect(wanted.standing(of: Self.answers(same, sibling: same)) == .agrees)
        #expect(
            wanted.standing(of: Self.answers(Self.a("192.0.2.9"), sibling: Self.a("192.0.2.9"))) == .differs)
    }

    @Test func kindsAreThoseThatMatter() throws {
        #expect(try Self.address().types == [.a, .aaaa])
        #expect(Self.gone.types == [.a, .aaaa] && Self.resolving.types == [.a, .aaaa])
        let alias = try RecordSet(Self.name, .cname, ttl: 60, values: ["x.test"])
        let expectation = PropagationExpectation(Self.name, in: Self.zone, .present([alias]))
        #expect(expectation.types == [.cname])
        let answer = AuthorityAnswer.records(AnsweredRecords(.cname, ttl: 1, values: ["X.test."]))
        #expect(expectation.standing(of: [ServerObservation.Answer(.cname, answer)]) == .agrees)
        // Records at another name are never there.
        let other = try RecordSet(Self.zone, .cname, ttl: 60, values: ["x.test"])
        let wrong = PropagationExpectation(Self.name, in: Self.zone, .present([other]))
        #expect(wrong.standing(of: [ServerObservation.Answer(.cname, answer)]) == .differs)
    }

    @Test func absenceIsNothingOfAnyKind() {
        #expect(Self.gone.standing(of: Self.answers(.noName(negativeTTL: 1), .noName(negativeTTL: 1))) == .agrees)
        #expect(Self.gone.standing(of: Self.answers(.noData(negativeTTL: 1))) == .agrees)
        #expect(Self.gone.standing(of: Self.answers(Self.alias("x.test"))) == .differs)
        let own = Self.answers(Self.a("192.0.2.1"), sibling: Self.a("192.0.2.9"))
        #expect(Self.gone.standing(of: own) == .differs)
        let covered = Self.answers(Self.a("192.0.2.9", ttl: 5), sibling: Self.a("192.0.2.9"))
        #expect(Self.gone.standing(of: covered) == .wildcard)
        let unknown = Self.answers(Self.a("192.0.2.9"), sibling: .failed(.timeout))
        #expect(Self.gone.standing(of: unknown) == .differs)
    }

    @Test func resolvingIsAnyAddressThatIsNotEverybodys() {
        #expect(Self.resolving.standing(of: Self.answers(Self.a("192.0.2.1"))) == .agrees)
        #expect(Self.resolving.standing(of: Self.answers(Self.alias("x.test"))) == .agrees)
        #expect(Self.resolving.standing(of: Self.answers(.noName(negativeTTL: nil))) == .differs)
        let covered = Self.answers(Self.alias("x.test"), sibling: Self.alias("x.test"))
        #expect(Self.resolving.standing(of: covered) == .wildcard)
    }

    @Test func allServersMustAgree() throws {
        let wanted = try Self.address()
        let (yes, no) = (Self.answers(Self.a("192.0.2.1")), Self.answers(.noName(negativeTTL: 5)))
        let silent = Self.answers(.failed(.timeout))
        #expect(Self.round(Self.said("a", yes), Self.said("b", yes)).verdict(on: wanted, policy: .all) == .agreed)
        #expect(
            Self.round(Self.said("a", yes), Self.said("b", no)).verdict(on: wanted, policy: .all)
                == .waiting(for: [.init(server: Self.said("b", no).server, standing: .differs)]))
        let partly = Self.round(Self.said("a", yes), Self.said("b", silent))
        #expect(
            partly.verdict(on: wanted, policy: .all)
                == .waiting(for: [.init(server: Self.said("b", silent).server, standing: .failed(.timeout))]))
        #expect(partly.verdict(on: wanted, policy: .allReachable(atLeast: 1)) == .agreed)
        #expect(partly.verdict(on: wanted, policy: .allReachable(atLeast: 2)) != .agreed)
        // Nobody is nobody's agreement.
        #expect(Self.round().verdict(on: wanted, policy: .allReachable(atLeast: 0)) == .waiting(for: []))
        #expect(Self.round(Self.said("b", silent)).verdict(on: wanted, policy: .allReachable(atLeast: 0)) != .agreed)
        // A server that answers otherwise is waited for, whatever the policy.
        let split = Self.round(Self.said("a", yes), Self.said("b", no))
        #expect(split.verdict(on: wanted, policy: .allReachable(atLeast: 1)) != .agreed)
    }

    @Test func oneAddressOfAServerIsEnoughAndNoneMayDiffer() throws {
        let wanted = try Self.address()
        let yes = Self.said("a", Self.answers(Self.a("192.0.2.1")))
        let silent = Self.said("a", Self.answers(.failed(.unreachable)), address: "2001:db8::53")
        let no = Self.said("a", Self.answers(.noName(negativeTTL: 5)), address: "2001:db8::53")
        #expect(Self.round(yes, silent).verdict(on: wanted, policy: .all) == .agreed)
        #expect(Self.round(yes, no).verdict(on: wanted, policy: .all) != .agreed)
    }

    @Test func wildcardLeavesNothingToWaitFor() {
        let covered = Self.said("a", Self.answers(Self.a("192.0.2.9"), sibling: Self.a("192.0.2.9")))
        let own = Self.said("b", Self.answers(Self.a("192.0.2.1"), sibling: Self.a("192.0.2.9")))
        let empty = Self.said("b", Self.answers(.noData(negativeTTL: 5)))
        #expect(Self.round(covered, own).verdict(on: Self.gone, policy: .all) != .coveredByWildcard)
        #expect(Self.round(covered, empty).verdict(on: Self.gone, policy: .all) == .coveredByWildcard)
    }

    @Test func evidenceKnowsWhatMayBeRemembered() throws {
        var evidence = PropagationEvidence(Self.gone, policy: .all)
        #expect(evidence.safeAfter == nil && evidence.formerTTL == nil)
        evidence.add(Self.round(Self.said("a", Self.answers(Self.a("192.0.2.1", ttl: 300)))))
        evidence.add(Self.round(Self.said("a", Self.answers(Self.a("192.0.2.1", ttl: 200)))))
        #expect(evidence.agreedAt == nil && evidence.agreedSince.isEmpty)
        evidence.add(Self.round(Self.said("a", Self.answers(.noName(negativeTTL: 9_000)))))
        #expect(evidence.rounds == 3 && evidence.formerTTL == 300)
        #expect(evidence.agreedAt == Self.start + 1 && evidence.safeAfter == Self.start + 301)
        #expect(evidence.agreedSince == ["a (192.0.2.53:53)": Self.start])

        var other = PropagationEvidence(try Self.address(), policy: .all)
        other.add(Self.round(Self.said("a", Self.answers(.noName(negativeTTL: 50)), negativeTTL: 40)))
        other.add(Self.round(Self.said("a", Self.answers(Self.a("192.0.2.1", ttl: 9_000)), negativeTTL: 70)))
        #expect(other.negativeTTL == 70 && other.formerTTL == nil && other.safeAfter == Self.start + 71)
        let copy = try JSONDecoder().decode(PropagationEvidence.self, from: JSONEncoder().encode(other))
        #expect(copy == other)
    }

    @Test func pausesGrowUpToALimit() {
        let pause = PropagationPause(first: .seconds(1), growth: 2, longest: .seconds(5))
        #expect((1...5).map { pause.length(after: $0) } == [1, 2, 4, 5, 5].map { .seconds($0) })
    }

    @Test func endpointsAreReadAsTheyAreWritten() {
        #expect(NameServerEndpoint("192.0.2.1:5300") == NameServerEndpoint(host: "192.0.2.1", port: 5300))
        #expect(NameServerEndpoint("ns1.example.com") == NameServerEndpoint(host: "ns1.example.com", port: 53))
        #expect(NameServerEndpoint("[2001:db8::1]:5300") == NameServerEndpoint(host: "2001:db8::1", port: 5300))
        #expect(NameServerEndpoint("2001:db8::1") == NameServerEndpoint("[2001:db8::1]"))
        for text in ["", ":53", "a:", "a:0", "a:65536", "a:x", "[::1", "[::1]x", "[a]:53", "a b", "1::2::3", "a:+5"] {
            #expect(NameServerEndpoint(text) == nil, "\(text)")
        }
    }
}
