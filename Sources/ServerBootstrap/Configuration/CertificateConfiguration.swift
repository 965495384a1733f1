public import Foundation

/// What the HTTP listener shows of itself to those who come by HTTPS.
public struct CertificateConfiguration: Sendable {
    /// Where the certificate comes from.
    public enum Source: Sendable {
        /// Two files that somebody else keeps.
        case files(chain: URL, key: URL)
        /// An authority for this machine, in a folder.
        case development(folder: URL)
        /// A certificate authority that speaks ACME.
        case acme(ACMESettings)
    }

    /// Where the certificate comes from.
    public var source: Source
    /// For how many seconds browsers are told to come by HTTPS only; 0 tells them nothing.
    public var hsts: Int
    /// The port on which plain HTTP is sent to HTTPS; nil for none.
    public var redirectPort: Int?
    /// Where the listener is asked for its certificate; nil is this server.
    public var probe: ServerConfiguration.Listener?
    /// The authorities that are trusted for that; nil is those of the system.
    public var authorities: URL?
}

/// How a certificate is got by ACME, beside how control over the names is proven.
public struct ACMESettings: Sendable {
    /// The directory of the authority.
    public var directory: String
    /// Whom the authority may write to.
    public var email: String
    /// Where account and certificate are kept.
    public var folder: URL
    /// The authorities that are trusted for the directory itself, beside the system's.
    public var authorities: URL?
    /// Whether the authority is told at once that the proof is in the zone.
    public var skipsCheck: Bool
    /// Who is asked for the zone's name servers, each `host:port`; empty is whoever the system asks.
    public var resolvers: [String]
    /// How long one order may take.
    public var timeLimit: Duration
    /// Who publishes the proofs.
    var proofs: DNSService
}
