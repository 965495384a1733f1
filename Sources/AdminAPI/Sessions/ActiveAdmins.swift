import Synchronization
import Tenancy

/// Knows for a few seconds which administrators may act, so that not every request asks the catalog.
final class ActiveAdmins: Sendable {
    /// How long an answer is believed: what a disabled administrator has left.
    static let lifetime = Duration.seconds(10)
    /// How many answers are kept; only genuine tokens get here, so it takes as many administrators to fill it.
    private static let capacity = 10_000

    private struct Answer {
        var isActive: Bool
        var until: ContinuousClock.Instant
    }
    private let admins: any AdminRepository
    private let now: @Sendable () -> ContinuousClock.Instant
    private let answers = Mutex<[AdminID: Answer]>([:])

    init(_ admins: any AdminRepository, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        self.admins = admins
        self.now = now
    }

    /// Whether this administrator exists and may act.
    func contains(_ id: AdminID) async throws -> Bool {
        let now = self.now()
        if let answer = self.answers.withLock({ $0[id] }), answer.until > now { return answer.isActive }
        let isActive = try await self.admins.isActive(id)
        self.answers.withLock { answers in
            if answers.count >= Self.capacity { answers.removeAll(keepingCapacity: true) }
            answers[id] = Answer(isActive: isActive, until: now + Self.lifetime)
        }
        return isActive
    }
}
