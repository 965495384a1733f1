public import Postgres
public import Testing

extension PostgresError: CustomTestStringConvertible {
    /// The whole story: a failed test shows what the server said.
    public var testDescription: String { self.debugDescription }
}
