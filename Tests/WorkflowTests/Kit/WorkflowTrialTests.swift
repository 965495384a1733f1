import Testing
import Workflow
import WorkflowTestKit

/// The trials must find what is planted, and nothing else.
@Suite(.timeLimit(.minutes(1))) struct WorkflowTrialTests {
    /// A trial of a workflow made over a world of its own for each run.
    private func trial(
        limit: Duration = .seconds(30), _ workflow: @escaping @Sendable (Diary) -> Workflow
    ) -> WorkflowTrial<[String]> {
        WorkflowTrial(limit: limit) {
            let (diary, store) = (Diary(), MemoryWorkflowStore())
            let workflow = workflow(diary)
            return TrialStage(workflow: workflow, store: store, inventory: { diary.things }) {
                store.start(workflow.header())
            }
        }
    }

    private static func good(_ diary: Diary) -> [AnyWorkflowStep] {
        [.thing("a", diary), .thing("b", diary), .thing("c", diary)]
    }

    @Test func `a good workflow is clean`() async throws {
        #expect(try await self.trial { .of(Self.good($0)) }.findings() == [])
        #expect(try await self.trial { .of(Self.good($0), pivot: "b") }.findings() == [])
        #expect(try await self.trial { .of(Self.good($0), exhaustion: .deadLetter) }.findings() == [])
        #expect(try await self.trial { _ in .of([]) }.findings() == [])
    }

    @Test func `every step really runs twice`() async throws {
        let diary = Diary()
        _ = try await self.trial { _ in .of(Self.good(diary)) }.everyStepTwice()
        // Once in the plain run.
        for step in ["a", "b", "c"] { #expect(diary.count(of: "do \(step) subject") == 3) }
        #expect(!diary.lines.contains { $0.hasPrefix("undo") })
    }

    @Test func `every undo really runs twice`() async throws {
        let diary = Diary()
        _ = try await self.trial { _ in .of(Self.good(diary), pivot: "b") }.everyUndoTwice()
        #expect(
            diary.lines == ["do a subject", "undo a subject", "undo a subject"])
    }

    @Test func `a step that makes another thing every time`() async throws {
        let trial = self.trial { diary in
            .of([
                .thing("a", diary),
                .step("b") { context in
                    diary.make("b of attempt \(context.number)")
                    return .null
                } undo: { _ in
                    diary.things.filter { $0.hasPrefix("b") }.forEach(diary.remove)
                },
            ])
        }
        let text =
            "performed once it leaves [[\"a\", \"b of attempt 1\"]], twice [[\"a\", \"b of attempt 1\", \"b of attempt 2\"]]"
        #expect(try await trial.findings() == [TrialFinding(.everyStepTwice, step: "b", text)])
    }

    @Test func `a step that gives another output the second time`() async throws {
        let trial = self.trial { diary in
            .of([
                .thing("a", diary), .step("b") { context in ["id": .integer(context.number), "at": "http://x/"] },
            ])
        }
        let text = "gave {\"at\":\"http://x/\",\"id\":1} and, performed again, {\"at\":\"http://x/\",\"id\":2}"
        #expect(try await trial.findings() == [TrialFinding(.everyStepTwice, step: "b", text)])
    }

    @Test func `a step that minds that its work is done`() async throws {
        let trial = self.trial { diary in
            .of([
                .step("a") { _ in
                    if diary.things.contains("a") { throw StepFailure("exists already", retry: .never) }
                    diary.make("a")
                    return .null
                } undo: { _ in
                    diary.remove("a")
                }
            ])
        }
        let findings = try await trial.findings()
        #expect(findings.map(\.step) == ["a", nil, nil])
        #expect(findings.first?.text == "performed for the second time, it threw: exists already")
        #expect(findings.map(\.trial) == [.everyStepTwice, .everyStepTwice, .everyStepTwice])
    }

    @Test func `an undo that forgets something`() async throws {
        let trial = self.trial { diary in
            .of([
                .step("a") { _ in
                    diary.make("a")
                    diary.make("index of a")
                    return .null
                } undo: { _ in
                    diary.remove("a")
                }, .thing("b", diary),
            ])
        }
        #expect(try await trial.everyStepTwice() == [])
        let findings = try await trial.failAtEachStep()
        #expect(findings.map(\.step) == ["a", "b", "b"])
        #expect(
            findings.first?.description
                == "failAtEachStep, step a: failed after its effect, there was [[]] before the start and is [[\"index of a\"]] at the end"
        )
        #expect(try await trial.everyUndoTwice().map(\.step) == ["b"])
    }

    @Test func `an undo that needs an output which is not there`() async throws {
        let trial = self.trial { diary in
            .of([
                AnyWorkflowStep(name: "a", policy: .quick) { _, _, _ in
                    diary.make("a")
                    return StepResult("a", evidence: .null)
                } undo: { _, output, _ in
                    if let output { diary.remove(try output.decode()) }
                    return StepResult(.null, evidence: .null)
                }, .thing("b", diary),
            ])
        }
        let findings = try await trial.findings()
        #expect(findings.map(\.trial) == [.failAtEachStep] && findings.map(\.step) == ["a"])
    }

    @Test func `an undo that fails the second time`() async throws {
        let trial = self.trial { diary in
            .of([
                .step("a") { _ in
                    diary.make("a")
                    return .null
                } undo: { context in
                    // What was never there and what is gone are not the same to it.
                    if diary.count(of: "undone") > 0 { throw StepFailure("no such thing", retry: .never) }
                    diary.note("undone")
                    diary.remove("a")
                }, .thing("b", diary),
            ])
        }
        #expect(try await trial.everyStepTwice() == [])
        #expect(try await trial.failAtEachStep() == [])
        let findings = try await trial.everyUndoTwice()
        #expect(findings.map(\.step) == ["a", "b"])
        #expect(findings.first?.text == "undone for the second time, it threw: no such thing")
        #expect(
            findings.last?.text
                == "after it was undone twice, the run ended dead instead of being compensated; undoing a threw: no such thing"
        )
    }

    @Test func `a dead letter that goes on changing things`() async throws {
        let trial = self.trial { diary in
            .of(
                [
                    .thing("a", diary),
                    .step("b") { _ in
                        diary.make("b")
                        return .null
                    } undo: { _ in
                        diary.remove("b")
                    },
                ], exhaustion: .compensate, pivot: "a")
        }
        #expect(try await trial.failAtEachStep() == [])
        // A pivot that the steps behind it undo by themselves.
        let changed = Diary()
        let changing = WorkflowTrial {
            let (diary, store) = (Diary(), MemoryWorkflowStore())
            let workflow = Workflow.of([.thing("a", diary), .thing("b", diary)], pivot: "a")
            return TrialStage(workflow: workflow, store: store) {
                changed.note("asked")
                return diary.things + ["\(changed.lines.count)"]
            } start: {
                store.start(workflow.header())
            }
        }
        let findings = try await changing.failAtEachStep()
        #expect(findings.contains { $0.step == "b" && $0.text.contains("when it failed and is") })
    }

    @Test func `a workflow that does not even work once`() async throws {
        let trial = self.trial { _ in
            .of([.step("a") { _ in throw StepFailure("never", retry: .never) }])
        }
        let findings = try await trial.everyStepTwice()
        #expect(findings.map(\.description) == ["plainRun: it ended compensated instead of being completed"])
    }

    @Test func `a run that does not end, and one that was never started`() async throws {
        let stuck = self.trial(limit: .milliseconds(50)) { _ in
            .of([
                .step("a") { _ in
                    try await Gate().pass()
                    return .null
                }
            ])
        }
        #expect(try await stuck.everyStepTwice().map(\.trial) == [.plainRun])
        let missing = WorkflowTrial(limit: .seconds(10)) {
            TrialStage(workflow: .of([.step("a")]), store: MemoryWorkflowStore(), inventory: { [String]() }) {
                .random()
            }
        }
        #expect(try await missing.everyStepTwice().count == 1)
        #expect(try await missing.failAtEachStep().count == 2)
    }

    @Test func `a workflow with pauses is tried without them`() async throws {
        let slow = StepPolicy(
            timeout: .seconds(5), retry: .init(maximumAttempts: 5, base: .seconds(3600), cap: .seconds(3600)))
        let trial = self.trial { diary in .of([.thing("a", diary, policy: slow), .thing("b", diary, policy: slow)]) }
        #expect(try await trial.findings() == [])
    }
}
