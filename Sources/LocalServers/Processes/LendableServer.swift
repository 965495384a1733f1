/// A server of a test's own that somebody has to end.
public protocol LendableServer {
    /// Ends it.
    func stop() async throws
}

extension LendableServer {
    /// Lends it to `body`, and ends it whatever comes of that.
    public func lent<Value>(to body: (Self) async throws -> Value) async throws -> Value {
        let value: Value
        do {
            value = try await body(self)
        } catch {
            try await self.stop()
            throw error
        }
        try await self.stop()
        return value
    }
}
