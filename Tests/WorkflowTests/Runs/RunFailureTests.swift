import Testing

@testable import Workflow

/// What follows from failures and losses.
@Suite struct RunFailureTests {
    private let policy = RetryPolicy(maximumAttempts: 3, base: .milliseconds(100), cap: .seconds(10))
    private let attempt = Attempt(step: "b", direction: .forward, number: 1)
    private let undo = Attempt(step: "b", direction: .backward, number: 1)

    private func kinds(
        _ state: RunState, _ attempt: Attempt, _ retry: StepFailure.Retry = .withBackoff
    ) -> [RunEvent.Kind] {
        let failure = StepFailure("broken", retry: retry)
        return state.events(after: failure, of: attempt, policy: self.policy, milliseconds: nil, jitter: 1).map(\.kind)
    }

    @Test func `a failure is written down with all that is known`() {
        let failure = StepFailure("broken", retry: .withBackoff, evidence: ["reply": 451])
        let events = RunState.after([.began("b")]).events(
            after: failure, of: self.attempt, policy: self.policy, milliseconds: 7, jitter: 0.5)
        var expected = RunEvent(.attemptFailed, step: "b", direction: .forward, number: 1, reason: "broken")
        expected.evidence = ["reply": 451]
        expected.milliseconds = 7
        expected.retryInMilliseconds = 50
        #expect(events == [expected])
    }

    @Test func `pauses grow from failure to failure`() {
        let events = RunState.after([.began("b"), .failed("b"), .began("b", 2)]).events(
            after: StepFailure("broken", retry: .withBackoff), of: Attempt(step: "b", direction: .forward, number: 2),
            policy: self.policy, milliseconds: nil, jitter: 1)
        #expect(events.map(\.retryInMilliseconds) == [200])
    }

    @Test func `what the other side asked for is a lower bound`() {
        let failure = StepFailure("busy", retry: .after(.seconds(42)))
        let state = RunState.after([])
        for jitter in [0, 0.5, 1] {
            let events = state.events(
                after: failure, of: self.attempt, policy: self.policy, milliseconds: nil, jitter: jitter)
            #expect(events.map(\.retryInMilliseconds) == [42_000])
        }
        let soon = state.events(
            after: StepFailure("busy", retry: .after(.milliseconds(1))), of: self.attempt, policy: self.policy,
            milliseconds: nil, jitter: 1)
        #expect(soon.map(\.retryInMilliseconds) == [100])
    }

    @Test func `the last attempt and those that make no sense end it`() {
        let twice = RunState.after([.failed("b"), .lost("b", 2)])
        #expect(self.kinds(twice, self.attempt) == [.attemptFailed, .compensationStarted])
        #expect(self.kinds(twice, self.attempt, .after(.seconds(1))) == [.attemptFailed, .compensationStarted])
        #expect(self.kinds(.after([]), self.attempt, .never) == [.attemptFailed, .compensationStarted])
        #expect(self.kinds(.after([]), self.attempt) == [.attemptFailed])
    }

    @Test func `who does not compensate, or cannot, dies`() {
        #expect(
            self.kinds(.after([], exhaustion: .deadLetter), self.attempt, .never) == [.attemptFailed, .deadLettered])
        #expect(self.kinds(.after([]), self.undo, .never) == [.attemptFailed, .deadLettered])
    }

    @Test func `nothing is undone behind the pivot`() {
        let before = RunState.after([.began("a"), .failed("a")], pivot: "a")
        #expect(!before.isPastPivot)
        #expect(
            self.kinds(before, Attempt(step: "a", direction: .forward, number: 2), .never).last == .compensationStarted)
        let behind = RunState.after([.done("a")], pivot: "a")
        #expect(behind.isPastPivot)
        #expect(self.kinds(behind, self.attempt, .never) == [.attemptFailed, .deadLettered])
        #expect(behind.eventsAfterLoss(of: self.attempt, policy: .none).map(\.kind) == [.attemptLost, .deadLettered])
    }

    @Test func `a pivot that may have had its effect is not undone, one that says it had none is`() {
        let state = RunState.after([.done("a"), .failed("b"), .lost("b", 2)], pivot: "b")
        #expect(self.kinds(state, self.attempt, .never) == [.attemptFailed, .compensationStarted])
        #expect(self.kinds(state, self.attempt, .withBackoff) == [.attemptFailed, .deadLettered])
        #expect(self.kinds(state, self.attempt, .after(.seconds(1))) == [.attemptFailed, .deadLettered])
        #expect(
            state.eventsAfterLoss(of: self.attempt, policy: self.policy).map(\.kind) == [.attemptLost, .deadLettered])
        // Only the pivot is so delicate.
        let earlier = RunState.after([.failed("a"), .lost("a", 2)], pivot: "b")
        let attempt = Attempt(step: "a", direction: .forward, number: 3)
        #expect(self.kinds(earlier, attempt) == [.attemptFailed, .compensationStarted])
    }

    @Test func `a pivot that the plan does not have is none`() {
        #expect(!RunState.after([.done("a")], pivot: "z").isPastPivot)
    }

    @Test func `the reason names the step`() {
        let events = RunState.after([]).events(
            after: StepFailure("broken", retry: .never), of: self.attempt, policy: self.policy, milliseconds: nil,
            jitter: 0)
        #expect(events.map(\.reason) == ["broken", "b: broken"])
        #expect(events[0].retryInMilliseconds == nil)
    }

    @Test func `losses count, and a run that takes its workers down ends`() {
        var state = RunState.after([])
        var losses = 0
        while case .attempt(let attempt) = state.next, attempt.direction == .forward {
            state.apply(.began(attempt.step, attempt.number))
            for event in state.eventsAfterLoss(of: attempt, policy: self.policy) { state.apply(event) }
            losses += 1
            guard losses < 10 else { break }
        }
        #expect(losses == 3)
        #expect(state.status == .compensating)
        #expect(state.next == .undo("a"))
    }

    @Test func `after a resumption there are as many attempts as before`() {
        let state = RunState.after([.failed("a"), .failed("a", 2), RunEvent(.deadLettered), RunEvent(.resumed)])
        #expect(state.next == .perform("a", 3))
        #expect(self.kinds(state, Attempt(step: "a", direction: .forward, number: 3)) == [.attemptFailed])
    }
}
