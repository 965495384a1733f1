/// A channel on which hints about changed tenants come in; some are lost.
public protocol TenantMessages: Sendable {
    /// What operators call the channel.
    var name: String { get }

    /// Takes what comes in, until the task is cancelled or the channel ends for good.
    func listen(_ take: @Sendable (TenantMessage) -> Void) async

    /// Sends a word that only this process gets, the way that hints go, so that it can be told whether they arrive.
    ///
    /// - Throws: if it could not be sent.
    func send(proof: String) async throws
}

/// What comes in on a channel.
public enum TenantMessage: Sendable, Hashable {
    /// A tenant has changed, says somebody.
    case changed(TenantChange)
    /// Messages may have been missed.
    case gap
    /// What ``TenantMessages/send(proof:)`` sent.
    case proof(String)
}
