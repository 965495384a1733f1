/// Why a mail could not be made, stored or read: before any server was asked.
///
/// What a server says is a ``MailFailure``.
public struct MailError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure; compare with `==`.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Kind: String {
            case invalidAddress, invalidName, invalidSubject, invalidMessageID
            case unknownTemplate, brokenTemplate, missingValue, invalidValue
            case mailbox
        }

        private let kind: Kind

        /// The text is no e-mail address, or none that is accepted here.
        public static let invalidAddress = Code(kind: .invalidAddress)
        /// A display name with control characters.
        public static let invalidName = Code(kind: .invalidName)
        /// An empty subject, or one with control characters.
        public static let invalidSubject = Code(kind: .invalidSubject)
        /// The text is no Message-ID, or its domain is none.
        public static let invalidMessageID = Code(kind: .invalidMessageID)
        /// No template has that name.
        public static let unknownTemplate = Code(kind: .unknownTemplate)
        /// A template's file cannot be parsed.
        public static let brokenTemplate = Code(kind: .brokenTemplate)
        /// A template asks for a value that was not given, or is empty.
        public static let missingValue = Code(kind: .missingValue)
        /// A value for a template has a line break or another control character.
        public static let invalidValue = Code(kind: .invalidValue)
        /// The mailbox's folder cannot be written or read.
        public static let mailbox = Code(kind: .mailbox)

        /// The name of the kind, for logs.
        public var description: String { self.kind.rawValue }
    }

    /// What kind of failure it is.
    public let code: Code
    /// What happened, to what, and what to do; without the value that was refused.
    public let message: String
    /// The error underneath, if there is one.
    public let cause: (any Error)?

    init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    /// The message alone.
    public var description: String { self.message }
}

extension MailError: CustomDebugStringConvertible {
    /// The message and the cause.
    public var debugDescription: String {
        guard let cause = self.cause else { return "\(self.code): \(self.message)" }
        return "\(self.code): \(self.message)\ncaused by: \(String(reflecting: cause))"
    }
}
