import Foundation
import Synchronization
import Testing

@testable import Tenancy

@Suite("A reference that is read without a lock")
struct ReadMostlyTests {
    private static let living = Atomic<Int>(0)

    /// Knows whether it is still there.
    private final class Witness: Sendable {
        let number: Int
        private let trace: [Int]

        init(_ number: Int) {
            self.number = number
            self.trace = Array(repeating: number, count: 16)
            ReadMostlyTests.living.wrappingAdd(1, ordering: .relaxed)
        }

        deinit { ReadMostlyTests.living.wrappingSubtract(1, ordering: .relaxed) }

        var isWhole: Bool { self.trace.allSatisfy { $0 == self.number } }
    }

    private struct Torn: Error {}

    private final class End: Sendable {
        let hasCome = Atomic<Bool>(false)
    }

    @Test(.timeLimit(.minutes(1))) func `Readers see whole values, in order, and former ones go`() async throws {
        do {
            let reference = ReadMostly(Witness(0))
            let (readers, rounds) = (3, 20_000)
            let end = End()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<readers {
                    group.addTask {
                        var last = 0
                        while !end.hasCome.load(ordering: .relaxed) {
                            for _ in 0..<200 {
                                let value = reference.load()
                                guard value.isWhole, value.number >= last else { throw Torn() }
                                last = value.number
                            }
                            // There may be fewer threads than readers.
                            await Task.yield()
                        }
                    }
                }
                group.addTask {
                    defer { end.hasCome.store(true, ordering: .relaxed) }
                    var most = 0
                    for round in 0..<rounds {
                        most = max(most, reference.replace { Witness($0.number + 1) })
                        if round.isMultiple(of: 500) { await Task.yield() }
                    }
                    #expect(most < rounds / 10)
                }
                try await group.waitForAll()
            }
            #expect(reference.load().number == rounds)
            // With no reader in between, nothing is kept.
            #expect(reference.replace { Witness($0.number + 1) } == 0)
            #expect(Self.living.load(ordering: .sequentiallyConsistent) == 1)
        }
        #expect(Self.living.load(ordering: .sequentiallyConsistent) == 0)
    }

    /// Threads, not tasks: there are more of them than processors, so that they are interrupted anywhere.
    @Test(.timeLimit(.minutes(2))) func `However much is read, what was replaced goes`() async throws {
        final class Scene: Sendable {
            let reference = ReadMostly(Witness(0))
            let end = End()
        }
        let scene = Scene()
        let readers = (0..<12).map { _ in
            Thread {
                while !scene.end.hasCome.load(ordering: .relaxed) { _ = scene.reference.load() }
            }
        }
        for reader in readers { reader.start() }
        var freed = 0
        var kept = 0
        for _ in 0..<600 {
            let now = scene.reference.replace { Witness($0.number + 1) }
            freed += kept + 1 - now
            kept = now
            usleep(500)
        }
        scene.end.hasCome.store(true, ordering: .relaxed)
        #expect(freed > 300)
    }
}
