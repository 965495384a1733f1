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

        /// One of each, in any case.
        var goesOn: Bool { !self.isOver || self.restarts == 0 || self.kills == 0 }
        var next: Blow { self.restarts == 0 ? .restart : self.kills == 0 ? .kill : .random }
    }

    private enum Blow {
        case restart, kill

        static var random: Blow { Bool.random() ? .restart : .kill }
    }

    private let deployment: Deployment
    private let state = Mutex(State())

    init(deployment: Deployment) { self.deployment = deployment }

    var restarts: Int { self.state.withLock { $0.restarts } }
    var kills: Int { self.state.withLock { $0.kills } }
    var summary: String { "chaos: PostgreSQL crashed \(self.restarts) times, \(self.kills) workers were killed" }

    /// Rages until it is told to calm down; both workers run then, and PostgreSQL does.
    func blow() async throws {
        var workers = [try await self.deployment.serve("worker"), try await self.deployment.serve("worker")]
        while self.state.withLock({ $0.goesOn }) {
            // Not a wait for anything: the time between two blows.
            try await Task.sleep(for: .milliseconds(.random(in: 300...2500)))
            switch self.state.withLock({ $0.next }) {
            case .restart:
                try await self.deployment.cluster.restart(.immediate)
                self.state.withLock { $0.restarts += 1 }
            case .kill:
                let unlucky = Int.random(in: 0...1)
                try await workers[unlucky].kill()
                self.state.withLock { $0.kills += 1 }
                workers[unlucky] = try await self.deployment.serve("worker")
            }
        }
    }

    /// Ends it after the next blow, once there was one of each.
    func calm() { self.state.withLock { $0.isOver = true } }
}
