import DNS
import Tenancy

/// The turn of one process to write to the zone.
struct ZoneTurn: Sendable {
    /// For how long a process that says nothing is taken to be at it.
    private static let leaseTime = Duration.seconds(60)
    /// The pause of those who find that it is somebody else's.
    static let pause = Duration.milliseconds(100)

    let leases: any LeaseRepository
    /// Tells people which process it was.
    let holder: String
    let provider: String
    let zone: DomainName

    /// Makes sure that it is still ours.
    ///
    /// - Throws: `DNSProviderError` if another process has it by now.
    func confirm(_ lease: Lease) async throws {
        guard try await self.leases.renew(lease, for: Self.leaseTime) else { throw self.lost }
    }

    /// Takes the turn, and keeps it while `body` works.
    ///
    /// - Parameter patience: for how long another process is waited for.
    /// - Returns: nil if another process has the lease.
    func take<Value: Sendable>(
        patience: Duration = .zero, _ body: @escaping @Sendable (Lease) async throws -> Value
    ) async throws -> Value? {
        let deadline = ContinuousClock.now + patience
        while true {
            if let lease = try await self.leases.acquire(.zone, by: self.holder, for: Self.leaseTime) {
                return try await self.during(lease, body)
            }
            guard ContinuousClock.now < deadline else { return nil }
            try await ContinuousClock().sleep(for: Self.pause)
        }
    }

    private func during<Value: Sendable>(
        _ lease: Lease, _ body: @escaping @Sendable (Lease) async throws -> Value
    ) async throws -> Value {
        let value: Value
        do {
            let keeping = LeaseKeeping(lease: lease, leases: self.leases, time: Self.leaseTime)
            value = try await keeping.during { try await body(lease) }
        } catch {
            await self.giveBack(lease)
            throw error is LeaseLost ? self.lost : error
        }
        await self.giveBack(lease)
        return value
    }

    private var lost: DNSProviderError {
        DNSProviderError(
            .conflict, provider: self.provider, zone: self.zone,
            reason: "another process writes to the zone by now")
    }

    /// Also when the task was cancelled: others need not wait until the lease runs out.
    private func giveBack(_ lease: Lease) async {
        let leases = self.leases
        // Ends before this returns; a task of its own only because that of the caller may be cancelled. A lease that
        // cannot be given back runs out.
        await Task { try? await leases.release(lease) }.value
    }
}
