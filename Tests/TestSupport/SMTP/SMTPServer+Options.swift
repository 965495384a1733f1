extension SMTPServer {
    /// How a test's SMTP server is set up for its whole life.
    public struct Options: Sendable {
        /// Who may connect, and how.
        public enum Security: String, Encodable, Sendable {
            /// Plain connections, no TLS offered.
            case none
            /// Plain connections; nothing but STARTTLS is allowed at first.
            case startTLS
            /// TLS from the first byte on.
            case tls
        }

        /// What the server shows who connects with TLS.
        public enum Certificate: String, Encodable, Sendable {
            /// For `localhost` and 127.0.0.1, from the authority in ``SMTPServer/caFile``.
            case valid
            /// For another host, from the same authority.
            case wrongHost
        }

        /// How connections are protected.
        public var security: Security
        /// What is shown with TLS.
        public var certificate: Certificate
        /// Who must sign in; nil is nobody, and AUTH is not offered.
        public var username: String?
        /// The password for it.
        public var password: String?
        /// The port on 127.0.0.1; nil takes any free one.
        ///
        /// For a server that is to come back.
        public var port: Int?
        /// The biggest mail it takes, in bytes.
        public var maximumSize: Int

        /// Takes the options.
        public init(
            security: Security = .none, certificate: Certificate = .valid, username: String? = nil,
            password: String? = nil, port: Int? = nil, maximumSize: Int = 1_000_000
        ) {
            self.security = security
            self.certificate = certificate
            self.username = username
            self.password = password
            self.port = port
            self.maximumSize = maximumSize
        }
    }
}
