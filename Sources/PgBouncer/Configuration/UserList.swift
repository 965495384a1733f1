/// Who may log in to a pooler, and with what (PgBouncer, "Authentication file format").
///
/// Whoever can read the file can log in as those whose password it has in clear; it is never printed.
public struct UserList: Sendable {
    /// What is known of a password.
    public enum Secret: Sendable, Hashable {
        /// What PostgreSQL keeps of it.
        ///
        /// The pooler logs in to the server with what it learns from the client's login, which works only if this is,
        /// to the letter, what the server keeps: same salt, same iterations.
        case verifier(String)
        /// The password itself.
        case password(String)
    }

    private let entries: [(name: String, secret: Secret)]

    /// Those who may log in, in the order in which they are written.
    public init(_ entries: [(String, Secret)]) {
        self.entries = entries.map { (name: $0.0, secret: $0.1) }
    }

    /// The file; nil if a name or secret has a character that the format cannot carry.
    public var text: String? {
        var lines = ""
        for entry in self.entries {
            let secret =
                switch entry.secret {
                case .verifier(let text), .password(let text): text
                }
            guard !(entry.name + secret).unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 }) else {
                return nil
            }
            lines += "\(Self.quoted(entry.name)) \(Self.quoted(secret))\n"
        }
        return lines
    }

    private static func quoted(_ text: String) -> String {
        let parts = text.split(separator: "\"", omittingEmptySubsequences: false)
        return "\"" + parts.joined(separator: "\"\"") + "\""
    }
}

extension UserList: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The names.
    public var description: String { "UserList(\(self.entries.map(\.name).joined(separator: ", ")))" }
    /// The names.
    public var debugDescription: String { self.description }
    /// Without secrets.
    public var customMirror: Mirror { Mirror(self, children: ["names": self.entries.map(\.name)]) }
}
