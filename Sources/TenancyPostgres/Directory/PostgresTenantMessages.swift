import Foundation
public import Postgres
public import Tenancy

/// Hints about changed tenants by LISTEN: the database itself sends one with each change.
///
/// The application role can send them too, and listen, so they are hints and hold nothing but id, version and name.
public struct PostgresTenantMessages: TenantMessages {
    /// Where a trigger announces changes.
    static let channel = "bulkhead_tenants"

    /// What operators call the channel.
    public var name: String { "postgres" }

    private let listener: PostgresClient
    /// For proofs; of this process alone, so that others are not woken by them.
    private let ownChannel: String

    /// Messages through `listener`, which is connected past any pooler and logs in as any role of Bulkhead's.
    public init(listener: PostgresClient) {
        self.listener = listener
        self.ownChannel = "bulkhead_proof_" + UUID().uuidString.lowercased().replacing("-", with: "")
    }

    /// Listens; see ``TenantMessages/listen(_:)``.
    public func listen(_ take: @Sendable (TenantMessage) -> Void) async {
        for await event in self.listener.notifications(on: [Self.channel, self.ownChannel]) {
            switch event {
            // What was announced before nobody has heard.
            case .listening, .reconnected: take(.gap)
            case .notification(let notification) where notification.channel == self.ownChannel:
                take(.proof(notification.payload))
            case .notification(let notification):
                if let change = TenantChange(text: notification.payload) { take(.changed(change)) }
            }
        }
    }

    /// Sends a notification to this process; see ``TenantMessages/send(proof:)``.
    public func send(proof: String) async throws {
        let literal = proof.filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
        // As a statement, since the function is closed to most roles.
        let sending: PostgresQuery = "NOTIFY \(identifier: self.ownChannel), '\(unescaped: literal)'"
        _ = try await self.listener.query(sending.unprepared(), deadline: .now + .seconds(2))
    }
}
