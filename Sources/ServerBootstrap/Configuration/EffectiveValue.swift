/// A value that is in force, and where it comes from.
public struct EffectiveValue: Sendable, Hashable, Encodable {
    /// The key, as in `bulkhead.yaml`.
    public var key: String
    /// The environment variable that would set it.
    public var variable: String
    /// The value without passwords; nil if there is none.
    public var value: String?
    /// Where it comes from.
    public var origin: String
    /// Whether a development instance has settled it.
    public var isOfInstance: Bool

    private enum CodingKeys: CodingKey {
        case key, variable, value, origin
    }
}
