/// How far a dialogue with an SMTP server has come: what the server was told last.
enum SMTPStage: Equatable, Sendable {
    /// Nothing: the connection is made, or the server is to speak first.
    case greeting
    case hello
    case startTLS
    case authentication
    case sender
    case recipient
    /// The command DATA, without content.
    case data
    /// Some or all of the content.
    case content

    /// The stage that a command begins; nil if it begins none.
    init?(command: some Collection<UInt8>) {
        let verb = command.prefix { (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) }
        switch String(decoding: verb, as: UTF8.self) {
        case "EHLO", "HELO": self = .hello
        case "STARTTLS": self = .startTLS
        case "AUTH": self = .authentication
        case "MAIL": self = .sender
        case "RCPT": self = .recipient
        case "DATA": self = .data
        default: return nil
        }
    }
}
