import Foundation
import Testing
import Workflow

@testable import AdminAPI

@Suite("The progress of a run")
struct ProvisioningProgressTests {
    private static let start = Date(timeIntervalSince1970: 1_767_225_600)

    private func progress(
        _ status: RunStatus, _ events: [RunEvent], worker: String? = nil
    ) -> ProvisioningProgress {
        let recorded = ([RunEvent(.started)] + events).enumerated().map { index, event in
            RecordedEvent(sequence: index + 1, at: Self.start + TimeInterval(index), event: event)
        }
        let header = RunHeader(
            id: .random(), workflow: "tenant.provision", subject: "x", input: .null, plan: ["one", "two", "three"])
        let run = RunRecord(
            header: header, status: status, worker: worker, dueAt: Self.start + 90, createdAt: Self.start,
            updatedAt: Self.start + TimeInterval(events.count))
        return ProvisioningProgress(run, events: recorded)
    }

    private func progress(_ events: [RunEvent], worker: String? = nil) -> ProvisioningProgress {
        self.progress(.running, events, worker: worker)
    }

    private func event(
        _ kind: RunEvent.Kind, _ step: StepName, _ direction: Direction = .forward, number: Int = 1,
        retry: Int? = nil
    ) -> RunEvent {
        RunEvent(kind, step: step, direction: direction, number: number, retryInMilliseconds: retry)
    }

    private func statuses(_ progress: ProvisioningProgress) -> [String] { progress.steps.map(\.status.rawValue) }

    @Test("shows all steps of the plan, whether or not they have begun")
    func forward() {
        #expect(self.statuses(self.progress([])) == ["pending", "pending", "pending"])
        let done = [self.event(.attemptStarted, "one"), self.event(.attemptSucceeded, "one")]
        let running = self.progress(done + [self.event(.attemptStarted, "two")])
        #expect(self.statuses(running) == ["done", "running", "pending"])
        #expect(running.steps.map(\.name) == ["one", "two", "three"])
    }

    @Test("keeps every attempt, with times, reason and evidence")
    func attempts() throws {
        let failure = RunEvent(
            .attemptFailed, step: "one", direction: .forward, number: 1, reason: "no answer", evidence: ["port": 25],
            milliseconds: 12, retryInMilliseconds: 500)
        let progress = self.progress([self.event(.attemptStarted, "one"), failure])
        #expect(self.statuses(progress)[0] == "retrying")
        let attempt = try #require(progress.steps[0].attempts.first)
        #expect(attempt.outcome == .failed)
        #expect(attempt.startedAt == Self.start + 1 && attempt.finishedAt == Self.start + 2)
        #expect(attempt.milliseconds == 12 && attempt.retryInMilliseconds == 500)
        #expect(attempt.reason == "no answer" && attempt.evidence == ["port": 25])
        let second = self.progress([
            self.event(.attemptStarted, "one"), failure, self.event(.attemptStarted, "one", number: 2),
        ])
        #expect(self.statuses(second)[0] == "running")
        #expect(second.steps[0].attempts.map(\.outcome) == [.failed, .running])
    }

    @Test("a lost attempt is lost until somebody tries again")
    func lost() {
        let lost = [self.event(.attemptStarted, "one"), self.event(.attemptLost, "one")]
        #expect(self.statuses(self.progress(lost))[0] == "lost")
        let again =
            lost + [
                self.event(.attemptStarted, "one", number: 2), self.event(.attemptSucceeded, "one", number: 2),
            ]
        #expect(self.statuses(self.progress(again))[0] == "done")
    }

    @Test("going back: what is undone, what failed, what is still done")
    func backward() {
        let events = [
            self.event(.attemptStarted, "one"), self.event(.attemptSucceeded, "one"),
            self.event(.attemptStarted, "two"), self.event(.attemptFailed, "two"),
            RunEvent(.compensationStarted, reason: "two: no"), self.event(.attemptStarted, "two", .backward),
        ]
        let progress = self.progress(.compensating, events)
        #expect(self.statuses(progress) == ["done", "running", "pending"])
        #expect(progress.reason == "two: no")
        let undone =
            events + [
                self.event(.attemptSucceeded, "two", .backward), self.event(.attemptStarted, "one", .backward),
                self.event(.attemptSucceeded, "one", .backward), RunEvent(.compensated),
            ]
        #expect(self.statuses(self.progress(.compensated, undone)) == ["undone", "undone", "pending"])
    }

    @Test("a cancelled run loses the attempt that is under way, and tries nothing again forward")
    func cancelled() {
        let open = self.progress(
            .compensating, [self.event(.attemptStarted, "one"), RunEvent(.cancelled, reason: "removed")])
        #expect(self.statuses(open)[0] == "lost")
        #expect(open.steps[0].attempts[0].finishedAt == Self.start + 2)
        let waiting = self.progress(
            .compensating,
            [
                self.event(.attemptStarted, "one"), self.event(.attemptFailed, "one", retry: 500),
                RunEvent(.cancelled, reason: "removed"),
            ])
        #expect(self.statuses(waiting)[0] == "failed")
        #expect(waiting.reason == "removed")
    }

    @Test("a dead run says why; a resumed one goes on")
    func dead() {
        let events = [
            self.event(.attemptStarted, "one"), self.event(.attemptFailed, "one"),
            RunEvent(.deadLettered, reason: "one: no"),
        ]
        let dead = self.progress(.dead, events)
        #expect(self.statuses(dead)[0] == "failed")
        #expect(dead.reason == "one: no")
        #expect(dead.nextAttemptAt == nil)
        let resumed = self.progress(.running, events + [RunEvent(.resumed)])
        #expect(self.statuses(resumed)[0] == "retrying")
        #expect(resumed.reason == nil)
    }

    @Test("a run that is resumed while it goes back keeps its reason, and what failed forward stays failed")
    func resumedBackward() {
        let progress = self.progress(
            .compensating,
            [
                self.event(.attemptStarted, "one"), self.event(.attemptFailed, "one"),
                RunEvent(.compensationStarted, reason: "one: no"), RunEvent(.deadLettered, reason: "one: still no"),
                RunEvent(.resumed),
            ])
        #expect(self.statuses(progress)[0] == "failed")
        #expect(progress.reason == "one: still no")
    }

    @Test("says when it goes on only if nobody is at it")
    func next() {
        #expect(self.progress([]).nextAttemptAt == Self.start + 90)
        #expect(self.progress([], worker: "w").nextAttemptAt == nil)
        #expect(self.progress(.completed, []).nextAttemptAt == nil)
    }

    @Test("its duration grows until it is over, and is never negative")
    func duration() {
        let open = self.progress([])
        #expect(open.milliseconds(at: Self.start + 2.5) == 2500)
        #expect(open.milliseconds(at: Self.start - 1) == 0)
        #expect(self.progress(.completed, [RunEvent(.completed)]).milliseconds(at: Self.start + 99) == 1000)
    }

    @Test("events about steps that are not in the plan change nothing")
    func unknownStep() {
        #expect(
            self.statuses(self.progress([self.event(.attemptStarted, "four")])) == ["pending", "pending", "pending"])
    }

    @Test("a stream's pulse: what happened, a word now and then, and an end")
    func pulse() {
        let start = ContinuousClock.now
        var pulse = StreamPulse(silence: .seconds(15), lifetime: .seconds(60), now: start)
        #expect(pulse.beat(hasEvents: true, mayGoOn: true, at: start + .seconds(1)) == .tell)
        #expect(pulse.beat(hasEvents: false, mayGoOn: true, at: start + .seconds(15)) == .wait)
        #expect(pulse.beat(hasEvents: false, mayGoOn: true, at: start + .seconds(16)) == .comment)
        #expect(pulse.beat(hasEvents: false, mayGoOn: true, at: start + .seconds(17)) == .wait)
        #expect(pulse.beat(hasEvents: true, mayGoOn: false, at: start + .seconds(18)) == .end)
        #expect(pulse.beat(hasEvents: true, mayGoOn: true, at: start + .seconds(60)) == .end)
    }
}
