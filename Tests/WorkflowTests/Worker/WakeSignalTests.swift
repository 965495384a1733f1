import Testing

@testable import Workflow

@Suite(.timeLimit(.minutes(1))) struct WakeSignalTests {
    @Test func `a signal that nobody waits for is kept, once`() async throws {
        let (signal, passed) = (WakeSignal(), Counter())
        signal.raise()
        signal.raise()
        await signal.wait()
        // Awaited below; a task of its own, so that the test decides when it is cancelled or heard of.
        let waiter = Task {
            await signal.wait()
            passed.add(1)
        }
        // The second wait must not find a second signal; there is no event for "did not happen".
        for _ in 0..<100 { await Task.yield() }
        #expect(passed.value == 0)
        signal.raise()
        await waiter.value
    }

    @Test func `cancellation wakes`() async {
        let signal = WakeSignal()
        // Awaited below; a task of its own, so that the test decides when it is cancelled or heard of.
        let waiting = Task { await signal.wait() }
        waiting.cancel()
        await waiting.value
        // Awaited below; a task of its own, so that the test decides when it is cancelled or heard of.
        let late = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            await WakeSignal().wait()
        }
        await late.value
    }

    @Test func `several waiters are woken together`() async {
        let signal = WakeSignal()
        await withTaskGroup(of: Void.self) { group in
            let woken = Counter()
            for _ in 0..<4 {
                group.addTask {
                    await signal.wait()
                    woken.add(1)
                }
            }
            while woken.value < 4 {
                signal.raise()
                await Task.yield()
            }
        }
    }

    /// Producers count up and raise; a consumer that loses a wake-up waits for ever with work left.
    @Test(arguments: 1...5) func `no wake-up is lost under contention`(round: Int) async {
        let (signal, made, taken) = (WakeSignal(), Counter(), Counter())
        let (producers, each) = (8, 2_000)
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                while true {
                    let count = made.take()
                    taken.add(count)
                    guard taken.value < producers * each else { return }
                    if count == 0 { await signal.wait() }
                }
            }
            for _ in 0..<producers {
                group.addTask {
                    for turn in 0..<each {
                        made.add(1)
                        signal.raise()
                        if turn % 16 == round { await Task.yield() }
                    }
                }
            }
        }
        #expect(taken.value == producers * each)
    }

    @Test func `cancellation and signals at the same time`() async {
        for _ in 0..<500 {
            let signal = WakeSignal()
            // Awaited below; a task of its own, so that the test decides when it is cancelled or heard of.
            let waiting = Task { await signal.wait() }
            // Awaited below; a task of its own, so that the test decides when it is cancelled or heard of.
            let raising = Task { signal.raise() }
            waiting.cancel()
            await waiting.value
            await raising.value
        }
    }
}
