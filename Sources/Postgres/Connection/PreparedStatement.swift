/// What a plan depends on: the text, and the scope in which its names were looked up.
struct StatementKey: Hashable, Sendable {
    let scope: String?
    let sql: String
}

/// A statement that a connection knows under a name, or at least knows the cost of.
///
/// Belongs to the I/O thread.
final class PreparedStatement {
    let key: StatementKey
    /// The name on the server; nil if statements are not named.
    let name: String?
    /// The columns of its rows, known after the first answer.
    ///
    /// A plan whose columns change is refused by the server.
    var columns: ColumnSet?
    /// Whether the last batch with it was quick, so that others may be queued behind it.
    var isQuick = false
    /// Whether the server confirmed its Parse.
    var isConfirmed = false
    var lastUse: UInt64 = 0
    /// Where it stands in the list of its connection.
    var place = 0

    init(key: StatementKey, name: String?) {
        self.key = key
        self.name = name
    }

    /// The text as it is sent: with the scope as a comment, since a pooler shares statements by text.
    var textWithScope: String {
        guard let scope = self.key.scope else { return self.key.sql }
        return "\(self.key.sql) /* \(Self.sanitized(scope)) */"
    }

    /// Leaves only what can neither end a comment nor begin another.
    static func sanitized(_ scope: String) -> String {
        String(
            String.UnicodeScalarView(
                scope.unicodeScalars.map { scalar in
                    let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
                    return isPlain || scalar == "_" || scalar == "-" || scalar == "." ? scalar : "_"
                }))
    }
}
