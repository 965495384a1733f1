/// A Lua script that the server runs as one step.
///
/// Make it once and keep it: its text is sent only to servers that do not know it.
public struct RedisScript: Sendable, Hashable {
    /// The text, with `KEYS` and `ARGV` for what differs between calls.
    public let source: String

    /// A script by its text.
    public init(_ source: String) { self.source = source }
}
