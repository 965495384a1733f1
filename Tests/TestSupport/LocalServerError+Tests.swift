public import LocalServers
public import Testing

extension LocalServerError: CustomTestStringConvertible {
    /// The whole story: a failed test shows the server's log.
    public var testDescription: String { debugDescription }
}
