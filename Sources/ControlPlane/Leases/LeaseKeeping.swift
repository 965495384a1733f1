public import Tenancy

/// Keeps a lease while something is done under it.
public struct LeaseKeeping: Sendable {
    let lease: Lease
    let leases: any LeaseRepository
    let time: Duration

    /// Keeps `lease`.
    ///
    /// - Parameter time: how long the lease lasts without a word.
    public init(lease: Lease, leases: any LeaseRepository, time: Duration) {
        self.lease = lease
        self.leases = leases
        self.time = time
    }

    /// Does something, and cancels that if the lease is lost.
    ///
    /// - Throws: ``LeaseLost``, once `body` has ended; what `body` throws.
    public func during<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await self.keep()
                return nil
            }
            defer { group.cancelAll() }
            guard let first = try await group.next(), let value = first else { throw LeaseLost(lease: self.lease) }
            return value
        }
    }

    /// Ends when the lease is lost.
    private func keep() async throws {
        var known = ContinuousClock.now
        while true {
            // How often to say that one is there.
            try await ContinuousClock().sleep(for: self.time / 4)
            do {
                guard try await self.leases.renew(self.lease, for: self.time) else { return }
                known = .now
            } catch {
                // A database that is away for a moment takes the lease from nobody.
                guard ContinuousClock.now < known + self.time * 3 / 4 else { return }
            }
        }
    }
}

/// Somebody else may be at it by now.
public struct LeaseLost: Error, Sendable, CustomStringConvertible {
    /// The lease.
    public let lease: Lease

    /// What happened.
    public var description: String { "the lease \(self.lease.name.rawValue) was lost; whoever has it goes on" }
}
