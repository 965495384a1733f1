public import Foundation

/// A certificate that one process got and all use; what is secret in it is sealed.
public struct SharedCertificate: Sendable, Hashable {
    /// Moves on with each certificate; 0 as long as there is none.
    public var version: Int
    /// The chain as PEM, leaf first; nil as long as there is none.
    public var chain: String?
    /// The key of the leaf as PEM, sealed.
    public var sealedKey: [UInt8]?
    /// The account at the certificate authority, sealed.
    public var sealedAccount: [UInt8]?
    /// What failed since the last success, as JSON; whoever renews knows how to read it.
    public var state: Data
    /// When the certificate was got, by the database's clock.
    public var renewedAt: Date?

    /// What the catalog has.
    public init(
        version: Int = 0, chain: String? = nil, sealedKey: [UInt8]? = nil, sealedAccount: [UInt8]? = nil,
        state: Data = Data("{}".utf8), renewedAt: Date? = nil
    ) {
        self.version = version
        self.chain = chain
        self.sealedKey = sealedKey
        self.sealedAccount = sealedAccount
        self.state = state
        self.renewedAt = renewedAt
    }
}

/// The catalog's certificates.
public protocol SharedCertificateRepository: Sendable {
    /// The certificate of this name; one of version 0 if there is none.
    func certificate(_ name: String) async throws -> SharedCertificate
    /// Puts a certificate in the place of the one before it.
    ///
    /// - Parameter certificate: with the version that it replaces.
    /// - Returns: false, and nothing is written, if another one was put there meanwhile.
    func replace(_ name: String, with certificate: SharedCertificate) async throws -> Bool
    /// Writes down what failed.
    ///
    /// - Parameter sealedAccount: the account at the certificate authority; nil leaves the one that is there.
    func note(_ name: String, state: Data, sealedAccount: [UInt8]?) async throws
}
