public import Foundation

/// How it stands with a certificate, for operators.
public struct CertificateStatus: Sendable, Hashable {
    /// What it comes to.
    public enum State: String, Sendable, Hashable {
        /// It is trusted with its names for a good while.
        case valid
        /// It is to be renewed, and has not been.
        case due
        /// It has run out.
        case expired
        /// There is none yet; what is shown meanwhile is not trusted by anybody.
        case provisional
    }

    /// Something that went wrong.
    public struct Failure: Sendable, Hashable {
        /// What happened and what to do; without secrets.
        public var detail: String
        /// When.
        public var at: Date

        /// Something that went wrong.
        public init(detail: String, at: Date) {
            self.detail = detail
            self.at = at
        }
    }

    /// Where it comes from: `files`, `development` or `acme`.
    public var source: String
    /// What it comes to.
    public var state: State
    /// The names that it covers.
    public var names: [String]
    /// Who issued it.
    public var issuer: String
    /// Its number at the issuer.
    public var serial: String
    /// The first moment at which it is valid.
    public var notBefore: Date
    /// The last moment at which it is valid.
    public var notAfter: Date
    /// When it was taken into use, or got.
    public var renewedAt: Date?
    /// What went wrong since; nil if nothing did.
    public var lastError: Failure?
    /// When another attempt is made; nil if none is planned.
    public var nextAttemptAt: Date?

    /// How it stands with a certificate.
    public init(
        source: String, state: State, names: [String], issuer: String, serial: String, notBefore: Date, notAfter: Date,
        renewedAt: Date?, lastError: Failure? = nil, nextAttemptAt: Date? = nil
    ) {
        self.source = source
        self.state = state
        self.names = names
        self.issuer = issuer
        self.serial = serial
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.renewedAt = renewedAt
        self.lastError = lastError
        self.nextAttemptAt = nextAttemptAt
    }
}

/// Knows how it stands with the certificates.
public protocol CertificateOverview: Sendable {
    /// How it stands with each; none if the listeners speak plain HTTP.
    func certificates() async throws -> [CertificateStatus]
}

/// The overview of an installation without certificates of its own.
public struct NoCertificates: CertificateOverview {
    /// Knows of none.
    public init() {}

    /// None.
    public func certificates() async throws -> [CertificateStatus] { [] }
}
