/// A reply of an SMTP server: a code, and text over one or more lines (RFC 5321, section 4.2).
struct SMTPReply: Equatable, Sendable {
    let code: Int
    /// Code and text of all lines, as one.
    let text: String

    var isPositive: Bool { (200..<300).contains(self.code) }
    var isTransient: Bool { (400..<500).contains(self.code) }
    var isPermanent: Bool { (500..<600).contains(self.code) }
}
