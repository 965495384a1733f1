import Foundation
import Testing

@testable import ACME

/// When to ask, decided without asking.
@Suite struct RenewalTests {
    private static let now = Date(timeIntervalSince1970: 1_800_000_000)
    private static let day: TimeInterval = 86_400

    @Test(
        arguments: [
            // days of lifetime, days gone, days until it is due
            (90.0, 0.0, 60.0), (90, 59, 1), (90, 60, nil), (90, 89, nil), (90, 200, nil), (6, 3, 1), (6, 4, nil),
            (0, 0, nil), (-1, 0, nil),
        ] as [(Double, Double, Double?)])
    func aThirdOfTheLifetimeIsLeft(days: Double, gone: Double, left: Double?) {
        let start = Self.now.addingTimeInterval(-gone * Self.day)
        let lifetime = CertificateLifetime(notBefore: start, notAfter: start.addingTimeInterval(days * Self.day))
        let plan = RenewalPlan(for: lifetime, after: RenewalState(), at: Self.now)
        #expect(plan == left.map { .wait(until: Self.now.addingTimeInterval($0 * Self.day)) } ?? .renew)
    }

    @Test func withoutACertificateOneIsIssued() {
        #expect(RenewalPlan(for: nil, after: RenewalState(), at: Self.now) == .issue)
    }

    @Test func waitsDoubleUpToSixHours() {
        for (jitter, first, last) in [(0.0, 60.0, 17_280.0), (1, 75, 21_600), (7, 75, 21_600)] {
            var state = RenewalState()
            var waits: [TimeInterval] = []
            for _ in 0..<100 {
                state.failed(Self.error(.unreachable), at: Self.now, jitter: jitter)
                waits.append(state.retryAt?.timeIntervalSince(Self.now) ?? 0)
            }
            #expect(waits.prefix(4) == [first, first * 2, first * 4, first * 8])
            #expect(waits.last == last)
            #expect(waits == waits.sorted())
        }
    }

    @Test func failuresDelayWhatIsDueAndNothingElse() throws {
        var state = RenewalState()
        state.failed(Self.error(.badCredential), at: Self.now, jitter: 0)
        let retry = Self.now.addingTimeInterval(60)
        #expect(RenewalPlan(for: nil, after: state, at: Self.now) == .wait(until: retry))
        #expect(RenewalPlan(for: nil, after: state, at: retry) == .issue)
        let fresh = CertificateLifetime(notBefore: Self.now, notAfter: Self.now.addingTimeInterval(90 * Self.day))
        #expect(RenewalPlan(for: fresh, after: state, at: retry) == .wait(until: fresh.renewalDue))
        #expect(state.lastFailure?.code == .badCredential)
        #expect(state.lastFailure?.text.contains("PowerDNS refused") == true)

        let copy = try JSONDecoder().decode(RenewalState.self, from: JSONEncoder().encode(state))
        #expect(copy == state)
        state.succeeded(at: retry)
        #expect(RenewalPlan(for: nil, after: state, at: retry) == .issue)
        #expect(state.lastFailure == nil && state.failures == 0 && state.lastSuccess == retry)
    }

    @Test(
        arguments: [
            (3_600.0, 3_600.0), (nil, 21_600), (-10, 60), (7 * 86_400, 7 * 86_400), (400 * 86_400, 8 * 86_400),
        ] as [(TimeInterval?, TimeInterval)])
    func aLimitIsKeptTo(after: TimeInterval?, wait: TimeInterval) {
        var state = RenewalState()
        state.failed(
            Self.error(.rateLimited, retryAfter: after.map { Self.now.addingTimeInterval($0) }), at: Self.now,
            jitter: 0)
        #expect(state.retryAt == Self.now.addingTimeInterval(wait))
    }

    @Test(arguments: [ACMEError.Code.unauthorized, .caa, .dns])
    func fiveValidationsAnHourAreSpentAndNoMore(code: ACMEError.Code) {
        var state = RenewalState()
        var clock = Self.now
        var tries: [TimeInterval] = []
        for _ in 0..<40 {
            tries.append(clock.timeIntervalSince(Self.now))
            state.failed(Self.error(code), at: clock, jitter: 0)
            // A success in between gives no validations back.
            if tries.count.isMultiple(of: 3) { state.succeeded(at: clock) }
            clock = max(state.retryAt ?? clock, clock.addingTimeInterval(1))
        }
        for (index, time) in tries.enumerated().dropFirst(RenewalState.validationsAnHour) {
            let before = tries[index - RenewalState.validationsAnHour]
            #expect(time - before >= 3_600, "\(index)")
        }
        #expect(state.failedValidations.count == RenewalState.validationsAnHour)
    }

    @Test func fiveFailuresInARowTakeAnHour() {
        var state = RenewalState()
        var clock = Self.now
        for _ in 0..<5 {
            state.failed(Self.error(.unauthorized), at: clock, jitter: 0)
            clock = state.retryAt ?? clock
        }
        #expect(clock == Self.now.addingTimeInterval(3_600))
    }

    @Test func whatIsNobodysFaultDoesNotCount() {
        var state = RenewalState()
        state.failed(Self.error(.cancelled), at: Self.now, jitter: 0)
        #expect(state == RenewalState() && state.retryAt == nil)
        state.failed(Self.error(.busy), at: Self.now, jitter: 0)
        #expect(state.failures == 0 && state.retryAt == Self.now.addingTimeInterval(60))
    }

    private static func error(_ code: ACMEError.Code, retryAfter: Date? = nil) -> ACMEError {
        FailureSubject.plain.error(code, retryAfter: retryAfter)
    }
}

extension FailureSubject {
    /// One for tests.
    static var plain: FailureSubject {
        FailureSubject(names: ["*.saas.test", "saas.test"], authority: "acme.test", provider: "PowerDNS")
    }
}
