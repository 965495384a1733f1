import HTTPTypes

/// Fields that concern one connection and are not passed on (RFC 9110, section 7.6.1).
enum HopByHop {
    /// Those that always do, and those that older texts name (RFC 2616, section 13.5.1).
    private static let names: Set<String> = [
        "connection", "keep-alive", "proxy-connection", "te", "transfer-encoding", "upgrade", "http2-settings",
        "proxy-authenticate", "proxy-authorization", "proxy-authentication-info",
    ]

    /// The fields without those of the connection, among them the ones that its `Connection` names.
    static func removed(from fields: HTTPFields) -> HTTPFields {
        var dropped = self.names
        for value in fields[values: .connection] {
            for name in value.split(separator: ",") {
                dropped.insert(name.trimmingWhitespace().lowercased())
            }
        }
        return HTTPFields(fields.filter { !dropped.contains($0.name.canonicalName) })
    }
}

extension Substring {
    /// Without spaces and tabs at its ends.
    func trimmingWhitespace() -> Substring {
        var text = self
        while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text
    }
}
