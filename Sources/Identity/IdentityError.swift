/// Why a secret could not be read, opened or made; the fault of the installation, not of a person who signs in.
public struct IdentityError: Error, Sendable, CustomStringConvertible, CustomDebugStringConvertible {
    /// What kind of fault it is.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Value: String, Sendable, Hashable {
            case unreadablePasswordHash, unusablePassword, secretTooShort, secretFile, sealBroken, keyUnreadable
            case tokenRequest, hashing
        }
        private let value: Value

        /// A stored password hash is not of our form, or its parameters are out of bounds.
        public static let unreadablePasswordHash = Code(value: .unreadablePasswordHash)
        /// A password is empty or far too long to be hashed; the policy refuses such before.
        public static let unusablePassword = Code(value: .unusablePassword)
        /// The secret has fewer than 32 bytes.
        public static let secretTooShort = Code(value: .secretTooShort)
        /// The secret file cannot be read or made, or others may read it.
        public static let secretFile = Code(value: .secretFile)
        /// Sealed bytes do not open: another secret, another context, or changed.
        public static let sealBroken = Code(value: .sealBroken)
        /// A stored key opens and yet makes no sense.
        public static let keyUnreadable = Code(value: .keyUnreadable)
        /// A token was asked for with a lifetime, issuer or audience that no token may have.
        public static let tokenRequest = Code(value: .tokenRequest)
        /// The system refused memory for hashing.
        public static let hashing = Code(value: .hashing)

        /// The name of the code.
        public var description: String { self.value.rawValue }
    }

    /// What kind of fault it is.
    public let code: Code
    /// What happened, to what, and what to do; for the operator, without secrets.
    public let detail: String
    /// What it was caused by, if another error did.
    public let cause: (any Error)?

    init(_ code: Code, _ detail: String, cause: (any Error)? = nil) {
        self.code = code
        self.detail = detail
        self.cause = cause
    }

    /// Says only which kind of fault it is: safe for a stranger.
    public var description: String { "IdentityError(\(self.code))" }

    /// Says everything but secrets; for the log.
    public var debugDescription: String {
        let cause = self.cause.map { "; cause: \(String(reflecting: $0))" } ?? ""
        return "IdentityError(\(self.code)): \(self.detail)\(cause)"
    }
}
