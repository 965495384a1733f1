import Redis
import Synchronization
import Tenancy

/// Removes the values of changed tenants, and keeps in mind those that could not be removed.
final class RedisForgetting: Sendable {
    /// How many names are kept in mind; what goes beyond is found by the check of versions.
    private static let limit = 10_000
    /// How long removing may take, since somebody waits who has changed a tenant.
    private static let patience = Duration.milliseconds(200)

    private let client: RedisClient
    private let names: RedisTenantNames
    private let pending = Mutex<Set<String>>([])

    init(client: RedisClient, names: RedisTenantNames) {
        self.client = client
        self.names = names
    }

    /// Whether the value under this name ought to be gone.
    func isPending(_ name: String) -> Bool { self.pending.withLock { !$0.isEmpty && $0.contains(name) } }

    /// Removes what there is about a tenant, and then tells whoever listens if that is asked for.
    func forget(_ changes: [TenantChange], announcing channel: String?) async {
        let keys = changes.flatMap { $0.keys.map(self.names.key) }
        guard !keys.isEmpty else { return }
        var commands = [RedisCommand("DEL", arguments: keys.map { .text($0) })]
        if let channel { commands += changes.map { RedisCommand("PUBLISH", .text(channel), .text($0.text)) } }
        do {
            let replies = try await self.client.pipeline(commands, deadline: .now + Self.patience)
            guard case .success = replies.first else { return self.keepInMind(keys) }
        } catch {
            self.keepInMind(keys)
        }
    }

    private func keepInMind(_ keys: [String]) {
        self.pending.withLock { pending in
            for key in keys where pending.count < Self.limit { pending.insert(key) }
        }
    }

    /// Removes what could not be removed before.
    func tryAgain() async {
        let keys = self.pending.withLock { Array($0) }
        guard !keys.isEmpty, self.client.isConnected else { return }
        do {
            try await self.client.delete(keys, deadline: .now + .seconds(1))
            self.pending.withLock { $0.subtract(keys) }
        } catch {
            // They stay in mind.
        }
    }
}
