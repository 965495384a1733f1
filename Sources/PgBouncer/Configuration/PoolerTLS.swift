/// How much TLS there has to be on one side of a pooler (PgBouncer, `client_tls_sslmode`, `server_tls_sslmode`).
public enum PoolerTLSMode: String, Sendable, Hashable, CaseIterable {
    /// None.
    case disable
    /// What the other side wants.
    case prefer
    /// Some, with whomever.
    case require
    /// Some, with a certificate that an authority has signed.
    case verifyCA = "verify-ca"
    /// The same, and the name in it is the one that was dialled.
    case verifyFull = "verify-full"

    /// Whether an authority has to be known.
    public var needsAuthority: Bool { self == .verifyCA || self == .verifyFull }
}

/// TLS between a pooler and its clients.
public struct PoolerClientTLS: Sendable, Hashable {
    /// How much there has to be; from ``PoolerTLSMode/verifyCA`` on, clients need certificates of their own.
    public var mode: PoolerTLSMode
    /// The pooler's certificate, as the path of a PEM file.
    public var certificateFile: String?
    /// Its key, as the path of a PEM file.
    public var keyFile: String?
    /// The authorities of clients' certificates, as the path of a PEM file.
    public var authorityFile: String?

    /// TLS with clients.
    public init(
        mode: PoolerTLSMode, certificateFile: String? = nil, keyFile: String? = nil, authorityFile: String? = nil
    ) {
        self.mode = mode
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        self.authorityFile = authorityFile
    }
}

/// TLS between a pooler and PostgreSQL.
public struct PoolerServerTLS: Sendable, Hashable {
    /// How much there has to be.
    public var mode: PoolerTLSMode
    /// The authorities of the server's certificate, as the path of a PEM file.
    public var authorityFile: String?

    /// TLS with the server.
    public init(mode: PoolerTLSMode, authorityFile: String? = nil) {
        self.mode = mode
        self.authorityFile = authorityFile
    }
}
