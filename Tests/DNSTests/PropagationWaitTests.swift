import DNS
import Foundation
import Synchronization
import Testing

/// Round after round, with a clock that is turned by the pauses and servers that are played.
@Suite struct PropagationWaitTests {
    private static let zone = DomainName("saas.test")!
    private static let name = DomainName("acme.saas.test")!
    private static let gone = PropagationExpectation(Self.name, in: Self.zone, .absent)

    /// A server that follows a script, a line a round, the last one for ever.
    private final class Script: AuthorityResolver {
        enum Line: Sendable {
            case lookupFails(AuthorityError.Kind)
            case says(AuthorityAnswer)
        }

        private let lines: Mutex<[Line]>
        let limits = Mutex<[Duration]>([])

        init(_ lines: Line...) { self.lines = Mutex(lines) }

        func servers(of zone: DomainName, within limit: Duration) async throws -> [AuthoritativeServer] {
            self.limits.withLock { $0.append(limit) }
            let failure: AuthorityError.Kind? = self.lines.withLock { lines in
                guard case .lookupFails(let kind) = lines[0] else { return nil }
                if lines.count > 1 { lines.removeFirst() }
                return kind
            }
            if let failure { throw AuthorityError(failure, reason: "nobody is there") }
            return [AuthoritativeServer(name: "a", address: "192.0.2.53")]
        }

        func answer(
            from server: AuthoritativeServer, name: DomainName, type: RecordType, within limit: Duration
        ) async throws -> AuthorityAnswer {
            guard name == PropagationWaitTests.name else { return .noName(negativeTTL: nil) }
            return self.lines.withLock { lines in
                guard case .says(let answer) = lines[0] else { return .failed(.timeout) }
                if type == .aaaa, lines.count > 1 { lines.removeFirst() }
                return answer
            }
        }

        func negativeTTL(
            of zone: DomainName, from server: AuthoritativeServer, within limit: Duration
        ) async throws -> Int? { 60 }
    }

    private final class Clock: Sendable {
        private let state = Mutex((now: Date(timeIntervalSince1970: 0), pauses: [Duration]()))
        var now: Date { self.state.withLock { $0.now } }
        var pauses: [Duration] { self.state.withLock { $0.pauses } }

        func pass(_ duration: Duration) {
            self.state.withLock { state in
                state.now += duration / .seconds(1)
                state.pauses.append(duration)
            }
        }
    }

    private static func propagation(_ script: Script, _ clock: Clock) -> Propagation {
        Propagation(resolver: script, now: { clock.now }, sleep: { clock.pass($0) })
    }

    private static let there = AuthorityAnswer.records(AnsweredRecords(.a, ttl: 300, values: ["192.0.2.1"]))
    private static let nothing = AuthorityAnswer.noName(negativeTTL: 5)

    @Test func goesOnUntilAllAgree() async throws {
        let clock = Clock()
        let script = Script(.lookupFails(.unavailable), .says(Self.there), .says(Self.there), .says(Self.nothing))
        let evidence = try await Self.propagation(script, clock).wait(
            for: Self.gone, until: Date(timeIntervalSince1970: 100),
            pause: PropagationPause(first: .seconds(1), growth: 2, longest: .seconds(3)))
        #expect(clock.pauses == [.seconds(1), .seconds(2), .seconds(3)])
        #expect(evidence.verdict == .agreed && evidence.rounds == 3 && evidence.lookupFailure == nil)
        #expect(evidence.began == Date(timeIntervalSince1970: 1))
        #expect(evidence.safeAfter == Date(timeIntervalSince1970: 306))
    }

    @Test func givesUpAtTheDeadline() async throws {
        let clock = Clock()
        let propagation = Self.propagation(Script(.says(Self.there)), clock)
        let timeout = await #expect(throws: PropagationTimeout.self) {
            try await propagation.wait(
                for: Self.gone, until: Date(timeIntervalSince1970: 10),
                pause: PropagationPause(first: .seconds(4), growth: 1, longest: .seconds(4)))
        }
        #expect(clock.pauses.count == 2)
        #expect(timeout?.evidence.rounds == 3)
        #expect(
            timeout?.description
                == "acme.saas.test: the change has not reached all name servers: a (192.0.2.53:53) answers otherwise")
    }

    @Test func asksOnceHoweverLateItIs() async throws {
        let clock = Clock()
        let script = Script(.says(Self.nothing))
        let evidence = try await Self.propagation(script, clock).wait(for: Self.gone, until: .distantPast)
        #expect(evidence.verdict == .agreed)
        #expect(script.limits.withLock { $0 } == [.seconds(1)])
    }

    @Test func serversThatAreNotFoundAreReported() async throws {
        let propagation = Self.propagation(Script(.lookupFails(.noServers)), Clock())
        let timeout = await #expect(throws: PropagationTimeout.self) {
            try await propagation.wait(for: Self.gone, until: Date(timeIntervalSince1970: 10))
        }
        #expect(timeout?.description == "acme.saas.test: the name servers cannot be asked: nobody is there")
        let broken = Self.propagation(Script(.lookupFails(.misconfigured)), Clock())
        await #expect(throws: AuthorityError.self) { try await broken.wait(for: Self.gone, until: .distantFuture) }
    }

    @Test func cancelledWaitEnds() async throws {
        let propagation = Self.propagation(Script(.says(Self.there)), Clock())
        await #expect(throws: CancellationError.self) {
            try await withThrowingTaskGroup(of: PropagationEvidence.self) { group in
                group.cancelAll()
                group.addTask { try await propagation.wait(for: Self.gone, until: Date(timeIntervalSince1970: 100)) }
                _ = try await group.next()
            }
        }
    }
}
