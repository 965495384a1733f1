import X509

/// Whose word about certificates is taken.
public struct TrustRoots: Sendable {
    let store: CertificateStore

    /// The authorities that this system trusts.
    public static let system = TrustRoots(store: .systemTrustRoots)

    /// Authorities of one's own.
    ///
    /// - Parameter pem: their certificates as PEM.
    /// - Throws: ``CertificateError`` with code `unreadableChain`.
    public init(pem: String) throws(CertificateError) {
        self.store = CertificateStore(try PEMText(pem).certificates().map(\.certificate))
    }

    private init(store: CertificateStore) {
        self.store = store
    }
}
