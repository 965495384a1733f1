public import Foundation

extension SMTPServer {
    /// A mail that the server took, with what Python's `email` package makes of it.
    public struct Message: Decodable, Sendable {
        /// The sender of the envelope.
        public let sender: String
        /// The recipients of the envelope.
        public let recipients: [String]
        /// Who had signed in; nil if nobody had.
        public let user: String?
        /// Whether it came over TLS.
        public let isEncrypted: Bool
        /// The content as it came, dots restored.
        public let raw: Data
        /// The headers, decoded and unfolded; of several with one name, the last.
        public let headers: [String: String]
        /// The `text/plain` part, decoded; line feeds end its lines.
        public let text: String?
        /// The `text/html` part, decoded; line feeds end its lines.
        public let html: String?
        /// What Python finds wrong with it; empty if nothing.
        public let defects: [String]

        /// The identity of the mail: the same for two deliveries of one mail.
        public var messageID: String? { self.headers["Message-ID"] }
    }

    /// A command that the server got and did not simply accept, or a mail that it took.
    public struct Event: Decodable, Equatable, Sendable {
        /// Where in the dialogue.
        public let stage: SMTPBehaviour.Stage
        /// The recipient; at MAIL FROM, the sender.
        public let address: String
        /// `accept`, `reply`, `drop` or `hang`.
        public let action: String
    }
}
