/// Which server takes our mails, and how to talk to it.
public struct SMTPConfiguration: Equatable, Sendable {
    /// How the connection is protected.
    public enum Security: String, CaseIterable, Sendable {
        /// Not at all: for a server on this machine.
        case none
        /// Plain at first, then TLS by STARTTLS (RFC 3207), or nothing is sent. The usual port is 587.
        case startTLS
        /// TLS from the first byte on (RFC 8314). The usual port is 465.
        case tls
    }

    /// A name, or an address of IPv4 or IPv6 without brackets.
    ///
    /// With TLS, the certificate must be for it.
    public var host: String
    /// 1-65535.
    public var port: Int
    /// How the connection is protected.
    public var security: Security
    /// Who signs in; nil is nobody.
    public var username: String?
    /// The password of that user; never in ``description``.
    public var password: String?
    /// A PEM file with the certificates that are trusted, instead of the system's.
    public var caFile: String?
    /// How long connecting, TLS and signing in may take.
    public var connectTimeout: Duration
    /// How long one mail may take in all; when it ends after the content was begun, the outcome is not known.
    ///
    /// RFC 5321, section 4.5.3.2, asks for patience there: a short one makes duplicates.
    public var totalTimeout: Duration
    /// What this machine calls itself in EHLO; nil is its host name.
    public var heloName: String?

    /// Takes the settings; ``check()`` tells whether they make sense.
    public init(
        host: String, port: Int, security: Security, username: String? = nil, password: String? = nil,
        caFile: String? = nil, connectTimeout: Duration = .seconds(15), totalTimeout: Duration = .seconds(120),
        heloName: String? = nil
    ) {
        self.host = host
        self.port = port
        self.security = security
        self.username = username
        self.password = password
        self.caFile = caFile
        self.connectTimeout = connectTimeout
        self.totalTimeout = totalTimeout
        self.heloName = heloName
    }
}

extension SMTPConfiguration: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The settings without the password.
    public var description: String {
        let user = self.username.map { " as \($0) (password hidden)" } ?? ""
        return "SMTP \(self.host):\(self.port), security \(self.security.rawValue)\(user)"
    }

    /// The same as ``description``.
    public var debugDescription: String { self.description }

    /// What `dump` and tests show: no password there either.
    public var customMirror: Mirror { Mirror(self, children: ["description": self.description]) }
}
