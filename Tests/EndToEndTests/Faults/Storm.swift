import Foundation
import LocalServers
import Synchronization
import TestSupport

/// Two workers of which one is killed every now and then, and a PostgreSQL that crashes every few seconds.
final class Storm: Sendable {
    private struct State {
        var isOver = false
        var restarts = 0
        var kills = 0

        var next: Blow { self.restarts == 0 ? .restart : self.kills == 0 ? .kill : .random }
    }

    private enum Blow {
        case restart, kill

        static var random: Blow { Bool.random() ? .restart : .kill }
    }

    private let deployment: Deployment
    private let isBusy: @Sendable () async -> Bool
    private let state = Mutex(State())

    /// - Parameter isBusy: whether there is work that a blow can hit; only such blows count.
    init(deployment: Deployment, isBusy: @escaping @Sendable () async -> Bool) {
        self.deployment = deployment
        self.isBusy = isBusy
    }

    private var restarts: Int { self.state.withLock { $0.restarts } }
    private var kills: Int { self.state.withLock { $0.kills } }
    /// Whether work was hit by both.
    var hasHit: Bool { self.state.withLock { $0.restarts > 0 && $0.kills > 0 } }
    var summary: String { "chaos: PostgreSQL crashed \(self.restarts) times, \(self.kills) workers were killed" }

    /// Rages until it is told to calm down; both workers run then, and PostgreSQL does.
    func blow() async throws {
        var workers = [try await self.deployment.serve("worker"), try await self.deployment.serve("worker")]
        while self.state.withLock({ !$0.isOver }) {
            // Not a wait for anything: the time between two blows, short until both have hit.
            try await Task.sleep(for: .milliseconds(.random(in: 100...(self.hasHit ? 2500 : 400))))
            let counts = await self.isBusy() ? 1 : 0
            switch self.state.withLock({ $0.next }) {
            case .restart:
                try await self.deployment.cluster.restart(.immediate)
                self.state.withLock { $0.restarts += counts }
            case .kill:
                let unlucky = Int.random(in: 0...1)
                try await workers[unlucky].kill()
                self.state.withLock { $0.kills += counts }
                workers[unlucky] = try await self.deployment.serve("worker")
            }
        }
    }

    /// Ends it after the next blow.
    func calm() { self.state.withLock { $0.isOver = true } }
}
