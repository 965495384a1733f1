import Foundation
import Synchronization
import Tenancy
import Testing

@testable import Identity

@Suite("Threads for hashing")
struct HashingThreadsTests {
    /// Holds threads back until it is opened; for work that runs on threads of its own.
    final class Gate: Sendable {
        private let condition = NSCondition()
        private let isOpen = Mutex(false)

        func wait() {
            self.condition.lock()
            while !self.isOpen.withLock({ $0 }) { self.condition.wait() }
            self.condition.unlock()
        }

        func open() {
            self.condition.lock()
            self.isOpen.withLock { $0 = true }
            self.condition.broadcast()
            self.condition.unlock()
        }
    }

    final class Count: Sendable {
        private let value = Mutex((now: 0, most: 0, all: 0))
        var most: Int { self.value.withLock { $0.most } }
        var all: Int { self.value.withLock { $0.all } }
        func enter() {
            self.value.withLock {
                $0.now += 1
                $0.all += 1
                $0.most = max($0.most, $0.now)
            }
        }
        func leave() { self.value.withLock { $0.now -= 1 } }
    }

    @Test func `Work runs on threads of its own and answers or fails`() async throws {
        let threads = HashingThreads(workers: 1, queueLimit: 1)
        #expect(try await threads.run { !Thread.isMainThread })
        await #expect(throws: DomainError.forbidden("x")) {
            try await threads.run { throw DomainError.forbidden("x") }
        }
        #expect(try await threads.run { 7 } == 7)
    }

    @Test func `No more work runs at one time than there are workers`() async throws {
        let threads = HashingThreads(workers: 3, queueLimit: 1_000)
        let count = Count()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<300 {
                group.addTask {
                    try await threads.run {
                        count.enter()
                        count.leave()
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(count.all == 300)
        #expect(count.most <= 3)
    }

    @Test func `Beyond the queue's limit callers are sent away at once, and the others are served`() async throws {
        let threads = HashingThreads(workers: 1, queueLimit: 2)
        let gate = Gate()
        let count = Count()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await threads.run {
                    count.enter(); gate.wait()
                }
            }
            await eventually("the worker starts") { count.all == 1 }
            for _ in 0..<2 { group.addTask { try await threads.run { count.enter() } } }
            await eventually("two wait") { threads.waitingCount == 2 }
            let error = await #expect(throws: DomainError.self) { try await threads.run { count.enter() } }
            #expect(error == .busy(retryAfterSeconds: 2))
            gate.open()
            try await group.waitForAll()
        }
        #expect(count.all == 3)
        #expect(threads.waitingCount == 0)
        #expect(try await threads.run { true })
    }

    @Test func `A caller that gives up while it waits frees its place`() async throws {
        let threads = HashingThreads(workers: 1, queueLimit: 1)
        let gate = Gate()
        let count = Count()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await threads.run {
                    count.enter(); gate.wait()
                }
            }
            await eventually("the worker starts") { count.all == 1 }
            await withThrowingTaskGroup(of: Void.self) { inner in
                inner.addTask { try await threads.run { count.enter() } }
                await eventually("it waits") { threads.waitingCount == 1 }
                inner.cancelAll()
                await #expect(throws: CancellationError.self) { try await inner.waitForAll() }
            }
            #expect(threads.waitingCount == 0)
            gate.open()
            try await group.waitForAll()
        }
        #expect(count.all == 1)
    }

    @Test func `A caller that was cancelled before it came does not wait`() async throws {
        let threads = HashingThreads(workers: 1, queueLimit: 1)
        let gate = Gate()
        let started = Count()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await threads.run {
                    started.enter(); gate.wait()
                }
            }
            await eventually("the worker starts") { started.all == 1 }
            await withThrowingTaskGroup(of: Void.self) { inner in
                inner.cancelAll()
                inner.addTask { try await threads.run { started.enter() } }
                await #expect(throws: CancellationError.self) { try await inner.waitForAll() }
            }
            gate.open()
            try await group.waitForAll()
        }
        #expect(started.all == 1)
    }

    @Test func `The queue starts, keeps, refuses and hands on in order`() {
        var queue = HashingQueue<String>(workers: 2, limit: 2)
        func name(_ admission: HashingQueue<String>.Admission) -> String {
            switch admission {
            case .start(let job): return "start \(job)"
            case .wait: return "wait"
            case .refuse(let job): return "refuse \(job)"
            }
        }
        let admitted = ["a", "b", "c", "d", "e"].enumerated().map { name(queue.submit($1, id: UInt64($0))) }
        #expect(admitted == ["start a", "start b", "wait", "wait", "refuse e"])
        let gone = [queue.cancel(2), queue.cancel(2), queue.cancel(0), queue.cancel(4)]
        #expect(gone == ["c", nil, nil, nil])
        let refilled = name(queue.submit("f", id: 5))
        #expect(refilled == "wait")
        let order = [queue.next(), queue.next(), queue.next(), queue.next()]
        #expect(order == ["d", "f", nil, nil])
        let again = name(queue.submit("g", id: 6))
        #expect(again == "start g")
    }
}
