import DNS
import Foundation
import Synchronization

/// A thread for questions: it waits for the answers to all of them, starts with the first, and ends after the last.
///
/// Channels of c-ares 1.18 are for one thread at a time, so they never leave this one; callers leave orders for it.
final class QueryLoop: Sendable {
    private struct Order: Sendable {
        let id: UInt64
        let query: Query
        let finish: @Sendable (Result<QueryOutcome, AuthorityError>) -> Void
    }

    private struct Orders: Sendable {
        var begun: [Order] = []
        var cancelled: [UInt64] = []
    }

    private struct State: Sendable {
        var orders = Orders()
        var lastID: UInt64 = 0
        var isRunning = false
    }

    private let state = Mutex(State())
    private let wakeUp: WakeUp

    /// - Throws: ``AuthorityError`` if there are no descriptors left.
    init() throws(AuthorityError) { self.wakeUp = try WakeUp() }

    /// Asks, and suspends until there is an outcome.
    ///
    /// - Throws: ``AuthorityError`` if it cannot be asked; `CancellationError`.
    func run(_ query: Query) async throws -> QueryOutcome {
        let id = self.state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        let outcome = try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<QueryOutcome, any Error>) in
                self.submit(
                    Order(id: id, query: query, finish: { continuation.resume(with: $0.mapError { $0 as any Error }) }))
                // The handler may have run before there was an order.
                if Task.isCancelled { self.cancel(id) }
            }
        } onCancel: {
            self.cancel(id)
        }
        if case .cancelled = outcome { throw CancellationError() }
        return outcome
    }

    private func submit(_ order: Order) {
        let wasRunning = self.state.withLock { state in
            state.orders.begun.append(order)
            defer { state.isRunning = true }
            return state.isRunning
        }
        if wasRunning { self.wakeUp.signal() } else { self.startThread() }
    }

    private func cancel(_ id: UInt64) {
        let isRunning = self.state.withLock { state in
            if state.isRunning { state.orders.cancelled.append(id) }
            return state.isRunning
        }
        if isRunning { self.wakeUp.signal() }
    }

    private func startThread() {
        let thread = Thread {
            // For tools that list threads: at most 15 bytes, and set from inside, or Linux does not take it.
            Thread.current.name = "dns"
            Self.blockBrokenPipes()
            self.work()
        }
        thread.start()
    }

    private func work() {
        var active: [UInt64: (query: ActiveQuery, order: Order)] = [:]
        while let orders = self.takeOrders(unlessIdle: active.isEmpty) {
            for order in orders.begun {
                do {
                    active[order.id] = (try ActiveQuery(order.query), order)
                } catch {
                    order.finish(.failure(error))
                }
            }
            for id in orders.cancelled { active[id]?.query.end(.cancelled) }
            if active.values.allSatisfy({ $0.query.outcome == nil }) {
                self.wakeUp.wait(for: active.values.map(\.query))
            }
            for (id, entry) in active {
                guard let outcome = entry.query.outcome else { continue }
                active[id] = nil
                entry.order.finish(.success(outcome))
            }
        }
    }

    /// What callers want; nil for the thread to end.
    private func takeOrders(unlessIdle isIdle: Bool) -> Orders? {
        self.state.withLock { state in
            guard isIdle, state.orders.begun.isEmpty else {
                defer { state.orders = Orders() }
                return state.orders
            }
            state.orders = Orders()
            state.isRunning = false
            return nil
        }
    }

    /// c-ares writes to connections in a way that would end the process if the other side has closed.
    private static func blockBrokenPipes() {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }
}
