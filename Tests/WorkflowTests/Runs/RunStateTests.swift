import Testing

@testable import Workflow

@Suite struct RunStateTests {
    private static let turned = RunEvent(.compensationStarted, reason: "b: broken")

    @Test(
        arguments: [
            ([], .running, .perform("a")),
            ([.began("a")], .running, .perform("a", 2)),
            ([.began("a"), .failed("a")], .running, .perform("a", 2)),
            ([.began("a"), .lost("a")], .running, .perform("a", 2)),
            ([.began("a"), .done("a")], .running, .perform("b")),
            (
                [.began("a"), .done("a"), .began("b"), .failed("b"), .began("b", 2), .failed("b", 2)], .running,
                .perform("b", 3)
            ),
            ([.done("a"), .done("b"), .done("c")], .running, .end(.completed)),
            ([.done("a"), .done("b"), .done("c"), RunEvent(.completed)], .completed, .none),
        ] as [([RunEvent], RunStatus, RunState.Action)])
    func `forwards, step by step`(events: [RunEvent], status: RunStatus, next: RunState.Action) {
        let state = RunState.after(events)
        #expect(state.status == status)
        #expect(state.next == next)
    }

    @Test(
        arguments: [
            // The step in whose midst it stopped comes first; those behind it were never touched.
            ([.done("a"), .began("b"), .failed("b"), turned], .compensating, .undo("b")),
            ([.done("a"), .began("b"), .lost("b"), turned, .began("b", 1, .backward)], .compensating, .undo("b", 2)),
            ([.done("a"), .began("b"), .failed("b"), turned, .done("b", 1, .backward)], .compensating, .undo("a")),
            (
                [.done("a"), turned, .began("a", 1, .backward), .failed("a", 1, .backward)], .compensating,
                .undo("a", 2)
            ),
            ([.done("a"), turned, .done("a", 1, .backward)], .compensating, .end(.compensated)),
            ([.done("a"), turned, .done("a", 1, .backward), RunEvent(.compensated)], .compensated, .none),
            ([turned], .compensating, .end(.compensated)),
            ([RunEvent(.cancelled, reason: "somebody")], .compensating, .end(.compensated)),
            ([.done("a"), .done("b"), .done("c"), RunEvent(.cancelled)], .compensating, .undo("c")),
            ([.done("a"), .began("b"), RunEvent(.cancelled)], .compensating, .undo("b")),
        ] as [([RunEvent], RunStatus, RunState.Action)])
    func `backwards, in reverse order`(events: [RunEvent], status: RunStatus, next: RunState.Action) {
        let state = RunState.after(events)
        #expect(state.status == status)
        #expect(state.next == next)
    }

    @Test(
        arguments: [
            ([.done("a"), RunEvent(.deadLettered, reason: "why")], .dead, .none),
            ([.done("a"), RunEvent(.deadLettered), RunEvent(.resumed)], .running, .perform("b")),
            ([.done("a"), turned, RunEvent(.deadLettered), RunEvent(.resumed)], .compensating, .undo("a")),
            ([.done("a"), RunEvent(.deadLettered), RunEvent(.cancelled)], .compensating, .undo("a")),
            // What does not fit is overheard.
            ([.done("a"), RunEvent(.resumed)], .running, .perform("b")),
            ([.done("a"), turned, RunEvent(.resumed)], .compensating, .undo("a")),
            ([RunEvent(.completed), RunEvent(.cancelled)], .completed, .none),
            ([RunEvent(.completed), RunEvent(.resumed)], .completed, .none),
            ([RunEvent(.compensated), RunEvent(.resumed), RunEvent(.deadLettered)], .compensated, .none),
            ([RunEvent(.attemptSucceeded, step: "a"), RunEvent(.attemptFailed)], .running, .perform("a")),
        ] as [([RunEvent], RunStatus, RunState.Action)])
    func `dead, resumed, cancelled, over`(events: [RunEvent], status: RunStatus, next: RunState.Action) {
        let state = RunState.after(events)
        #expect(state.status == status)
        #expect(state.next == next)
    }

    @Test func `outputs are those of the steps that are done`() {
        let state = RunState.after([.done("a", output: 1), .began("b"), .failed("b")])
        #expect(state.outputs == ["a": 1])
        #expect(state.output(of: "a") == 1 && state.output(of: "b") == nil && state.output(of: "z") == nil)
    }

    @Test func `an attempt is open until something is heard of it`() {
        var state = RunState.after([.began("a")])
        #expect(state.openAttempt == Attempt(step: "a", direction: .forward, number: 1))
        state.apply(.failed("a"))
        #expect(state.openAttempt == nil)
        state.apply(.began("a", 2))
        state.apply(RunEvent(.cancelled))
        #expect(state.openAttempt == nil)
    }

    @Test func `why a run does not go on is remembered`() {
        #expect(RunState.after([Self.turned]).reason == "b: broken")
        #expect(RunState.after([RunEvent(.deadLettered, reason: "x")]).reason == "x")
        #expect(RunState.after([]).reason == nil)
    }

    @Test func `failures in a row are forgotten by success, resumption and turning back`() {
        let failing: [RunEvent] = [.began("a"), .failed("a"), .began("a", 2), .lost("a", 2)]
        #expect(RunState.after(failing).failures(of: "a") == 2)
        #expect(RunState.after(failing + [.began("a", 3), .done("a", 3)]).failures(of: "a") == 0)
        #expect(RunState.after(failing + [RunEvent(.deadLettered)]).failures(of: "a") == 2)
        #expect(RunState.after(failing + [RunEvent(.deadLettered), RunEvent(.resumed)]).failures(of: "a") == 0)
        // Nobody can resume what has not given up.
        #expect(RunState.after(failing + [RunEvent(.resumed)]).failures(of: "a") == 2)
        #expect(RunState.after(failing + [Self.turned]).failures(of: "a") == 0)
        #expect(RunState.after(failing).failures(of: "z") == 0)
    }
}
