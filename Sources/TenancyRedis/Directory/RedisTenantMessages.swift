import Foundation
import Redis
public import Tenancy

/// Hints about changed tenants on a channel of a Redis server.
public struct RedisTenantMessages: TenantMessages, TenantAnnouncer {
    /// How long a client that has just begun to run is given to connect.
    private static let connecting = Duration.milliseconds(500)

    /// What operators call the channel.
    public var name: String { "redis" }

    private let client: RedisClient
    private let names: RedisTenantNames
    private let forgetting: RedisForgetting
    private let process = UUID().uuidString.lowercased()

    init(client: RedisClient, names: RedisTenantNames, forgetting: RedisForgetting) {
        self.client = client
        self.names = names
        self.forgetting = forgetting
    }

    /// Listens; see ``TenantMessages/listen(_:)``.
    public func listen(_ take: @Sendable (TenantMessage) -> Void) async {
        let proofs = self.names.proofChannel(self.process)
        for await event in self.client.messages(on: [self.names.channel, proofs]) {
            switch event {
            // What was announced before nobody has heard.
            case .subscribed, .resubscribed, .overflowed: take(.gap)
            case .message(let message):
                guard let text = String(validating: message.payload, as: UTF8.self) else { continue }
                if message.channel == proofs {
                    take(.proof(text))
                } else if let change = TenantChange(text: text) {
                    take(.changed(change))
                }
            }
        }
    }

    /// Sends a message to this process; see ``TenantMessages/send(proof:)``.
    public func send(proof: String) async throws {
        try await self.client.publish(
            Array(proof.utf8), to: self.names.proofChannel(self.process), deadline: .now + .seconds(1))
    }

    /// Removes what Redis has about the tenant, and then tells whoever listens; see ``TenantAnnouncer/announce(_:)``.
    public func announce(_ change: TenantChange) async { await self.announce([change]) }

    /// The same for several.
    public func announce(_ changes: [TenantChange]) async {
        if case .idle = self.client.state { await self.waitForConnection() }
        await self.forgetting.forget(changes, announcing: self.names.channel)
    }

    /// Removes what could not be removed before, since the server was away.
    public func tryAgain() async { await self.forgetting.tryAgain() }

    private func waitForConnection() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for await state in self.client.states {
                    guard case .idle = state else { return }
                }
            }
            group.addTask {
                // The limit itself; ends early when there is a connection.
                do { try await ContinuousClock().sleep(for: Self.connecting) } catch { return }
            }
            await group.next()
            group.cancelAll()
        }
    }
}
