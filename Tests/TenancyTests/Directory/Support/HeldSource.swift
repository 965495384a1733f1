import Foundation
import Synchronization

@testable import Tenancy

/// A catalog whose answers can be held back: what was read stays what it was, however long it takes to arrive.
final class HeldSource: TenantCatalog {
    struct Down: Error {}

    private struct State {
        var rows: [TenantID: Tenant] = [:]
        var isHolding = false
        var isDown = false
        var asked: [TenantKey] = []
        var checks: [[TenantID]] = []
        var held: [CheckedContinuation<Void, Never>] = []
        var waiters: [(count: Int, waiter: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    init(_ tenants: Tenant...) { for tenant in tenants { self.put(tenant) } }

    var asked: [TenantKey] { self.state.withLock { $0.asked } }
    var checks: [[TenantID]] { self.state.withLock { $0.checks } }

    func put(_ tenant: Tenant) { self.state.withLock { $0.rows[tenant.id] = tenant } }
    func drop(_ id: TenantID) { self.state.withLock { $0.rows[id] = nil } }
    func goDown(_ isDown: Bool = true) { self.state.withLock { $0.isDown = isDown } }
    func hold() { self.state.withLock { $0.isHolding = true } }

    /// Lets all answers go; those to come are not held.
    func release() {
        let held = self.state.withLock { state in
            state.isHolding = false
            defer { state.held = [] }
            return state.held
        }
        for continuation in held { continuation.resume() }
    }

    /// Lets the answer go that was held last; waits until there is one.
    func releaseLast(of count: Int) async {
        while true {
            let last = self.state.withLock { $0.held.count >= count ? $0.held.popLast() : nil }
            if let last { return last.resume() }
            await Task.yield()
        }
    }

    /// Waits until so many questions have come in, all in all.
    func waitUntilAsked(_ count: Int) async {
        await withCheckedContinuation { waiter in
            let isThere = self.state.withLock { state in
                guard state.asked.count < count else { return true }
                state.waiters.append((count, waiter))
                return false
            }
            if isThere { waiter.resume() }
        }
    }

    func tenant(_ key: TenantKey, deadline: ContinuousClock.Instant) async throws -> Tenant? {
        let (row, isHeld, isDown, awaited) = self.state.withLock { state in
            state.asked.append(key)
            let count = state.asked.count
            let awaited = state.waiters.filter { $0.count <= count }.map(\.waiter)
            state.waiters.removeAll { $0.count <= count }
            return (Self.row(key, state), state.isHolding, state.isDown, awaited)
        }
        for waiter in awaited { waiter.resume() }
        if isHeld { await self.wait() }
        if isDown { throw Down() }
        return row
    }

    func versions(of ids: [TenantID], deadline: ContinuousClock.Instant) async throws -> [TenantID: Int64] {
        let (versions, isHeld, isDown) = self.state.withLock { state in
            state.checks.append(ids)
            let pairs = ids.compactMap { id in state.rows[id].map { (id, $0.version) } }
            return (Dictionary(uniqueKeysWithValues: pairs), state.isHolding, state.isDown)
        }
        if isHeld { await self.wait() }
        if isDown { throw Down() }
        return versions
    }

    private func wait() async {
        await withCheckedContinuation { continuation in
            let isOpen = self.state.withLock { state in
                guard state.isHolding else { return true }
                state.held.append(continuation)
                return false
            }
            if isOpen { continuation.resume() }
        }
    }

    private static func row(_ key: TenantKey, _ state: State) -> Tenant? {
        switch key {
        case .id(let id): state.rows[id]
        case .subdomain(let label): state.rows.values.first { $0.subdomain == label && $0.status != .purged }
        }
    }
}
