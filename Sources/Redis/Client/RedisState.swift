/// Whether a client can serve commands.
public enum RedisState: Sendable {
    /// Nothing has been tried yet.
    case idle
    /// At least one connection is open.
    case connected
    /// No connection is open; the error of the last attempt says why. The client goes on trying.
    case disconnected(RedisError)
    /// The client has been shut down.
    case ended

    /// Whether at least one connection is open.
    public var isConnected: Bool {
        if case .connected = self { true } else { false }
    }
}
