/// The text beside a record that says whose it is, so that nobody else's is ever overwritten or removed.
///
/// It stands at a name of its own below the record's: a name with a CNAME can have nothing else (RFC 1034, section 3.6.2).
public struct OwnershipMark: Sendable, Hashable {
    /// The label in front of the record's name.
    public static let label = "_bulkhead"

    /// Names the installation: two that share a zone leave each other alone.
    public let registry: String
    /// What the record is for: a tenant's id.
    public let subject: String

    /// A mark; nil if one of the two is not 1 to 100 letters, digits, dots, hyphens or underscores.
    public init?(registry: String, subject: String) {
        guard Self.isWord(registry), Self.isWord(subject) else { return nil }
        self.registry = registry
        self.subject = subject
    }

    /// The mark in a text; nil if the text is something else.
    public init?(text: String) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "heritage=bulkhead", let registry = Self.value(of: "registry", parts[1]),
            let subject = Self.value(of: "subject", parts[2])
        else { return nil }
        self.init(registry: registry, subject: subject)
    }

    /// The text of the record.
    public var text: String { "heritage=bulkhead,registry=\(self.registry),subject=\(self.subject)" }

    /// Where the mark of a name stands; nil if that name is too long for one.
    ///
    /// That of `*.example.com` is at `_bulkhead._wildcard.example.com`: below a wildcard there is nothing.
    public static func name(for name: DomainName) -> DomainName? {
        guard name.labels.first == "*", let parent = name.parent else { return name.below(Self.label) }
        return parent.below("\(Self.label)._wildcard")
    }

    private static func value(of key: String, _ part: Substring) -> String? {
        part.hasPrefix(key + "=") ? String(part.dropFirst(key.count + 1)) : nil
    }

    private static func isWord(_ text: String) -> Bool {
        (1...100).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }
}
