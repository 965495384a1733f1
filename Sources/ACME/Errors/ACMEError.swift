public import Foundation

/// Why there is no new certificate.
///
/// The text says what happened, to which names, and what to do; neither it nor the detail holds a credential.
public struct ACMEError: Error, Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible {
    /// What kind of failure it is.
    public struct Code: Sendable, Hashable, CustomStringConvertible, Codable {
        enum Kind: String, Codable, CaseIterable {
            case rateLimited, unauthorized, caa, dns, refused, accountUnknown
            case badCredential, notPublished, unreachable, untrusted, timedOut
            case cancelled, busy, notInstalled, invalidConfiguration, storage, unusableCertificate, failed
        }
        let kind: Kind

        /// The authority's limit is reached (`urn:ietf:params:acme:error:rateLimited`).
        public static let rateLimited = Code(kind: .rateLimited)
        /// The authority did not find the proof that it asked for.
        public static let unauthorized = Code(kind: .unauthorized)
        /// A CAA record forbids the authority to issue (RFC 8659).
        public static let caa = Code(kind: .caa)
        /// The authority could not ask the zone's servers.
        public static let dns = Code(kind: .dns)
        /// The authority refused the order for another reason, given in ``ACMEError/problem``.
        public static let refused = Code(kind: .refused)
        /// The authority does not know the account, or has closed it.
        public static let accountUnknown = Code(kind: .accountUnknown)
        /// The DNS provider refused the credentials.
        public static let badCredential = Code(kind: .badCredential)
        /// The challenge record could not be published, or was not seen in time.
        public static let notPublished = Code(kind: .notPublished)
        /// The authority or the DNS provider does not answer, or is at fault itself.
        public static let unreachable = Code(kind: .unreachable)
        /// The certificate of the authority's own server is not trusted.
        public static let untrusted = Code(kind: .untrusted)
        /// The run took longer than it may, and was ended.
        public static let timedOut = Code(kind: .timedOut)
        /// The task was cancelled.
        public static let cancelled = Code(kind: .cancelled)
        /// Another process has had the folder for too long.
        public static let busy = Code(kind: .busy)
        /// There is no `lego`.
        public static let notInstalled = Code(kind: .notInstalled)
        /// A setting is not usable.
        public static let invalidConfiguration = Code(kind: .invalidConfiguration)
        /// The folder cannot be used.
        public static let storage = Code(kind: .storage)
        /// What came is no certificate for the names.
        public static let unusableCertificate = Code(kind: .unusableCertificate)
        /// `lego` failed in a way that is not known here; the detail has its words.
        public static let failed = Code(kind: .failed)

        /// The name of the code.
        public var description: String { self.kind.rawValue }
    }

    /// What kind of failure it is.
    public let code: Code
    /// The names of the certificate; empty if the failure is not about names.
    public let names: [String]
    /// What happened, to which names, and what to do.
    public let description: String
    /// The authority's type of problem without its prefix (RFC 8555, section 6.7), such as `rejectedIdentifier`.
    public let problem: String?
    /// When the authority may be asked again, if it said so.
    public let retryAfter: Date?
    /// The last words of `lego` or the system, without credentials; for operators.
    public let detail: String

    init(
        _ code: Code, names: [String] = [], _ description: String, problem: String? = nil, retryAfter: Date? = nil,
        detail: String = ""
    ) {
        self.code = code
        self.names = names
        self.description = description
        self.problem = problem
        self.retryAfter = retryAfter
        self.detail = detail
    }

    /// Whether the authority looked for the proof and did not find it: Let's Encrypt allows five an hour and name.
    public var spendsValidation: Bool { [Code.unauthorized, .caa, .dns].contains(self.code) }

    /// Whether it says nothing of the next try: nobody was asked.
    public var isHarmless: Bool { [Code.cancelled, .busy].contains(self.code) }

    /// All of it, for operators.
    public var debugDescription: String {
        "ACMEError(\(self.code)\(self.problem.map { ", \($0)" } ?? "")): \(self.description)"
            + (self.detail.isEmpty ? "" : "\n\(self.detail)")
    }
}
