public import Foundation

/// From whom the wildcard certificate comes, for which names, and how control over them is proven.
public struct ACMEConfiguration: Sendable {
    /// Let's Encrypt, whose certificates browsers trust.
    public static let letsEncrypt = "https://acme-v02.api.letsencrypt.org/directory"
    /// Let's Encrypt for trying things out: generous limits, certificates that nobody trusts.
    public static let letsEncryptStaging = "https://acme-staging-v02.api.letsencrypt.org/directory"

    /// The authority's directory (RFC 8555, section 7.1.1); https.
    public let directory: URL
    /// Whom the authority may write to about the account.
    public let email: String
    /// The domain whose direct subdomains are covered, in lower case and without a final dot.
    public let baseDomain: String
    /// A folder for account, certificate and lock, which processes may share; made with mode 0700.
    public let folder: URL
    /// Where the challenge record is published.
    public let challenge: DNSChallenge
    /// How it is published.
    public let propagation: DNSPropagation
    /// A PEM file with authorities to trust for the directory itself, beside the system's; for private authorities.
    public let trustedAuthorities: URL?
    /// The program; nil looks for `lego` in PATH.
    public let lego: URL?
    /// How long one run of lego may take, and how long to wait for another that has the folder.
    public let timeLimit: Duration

    /// The names of the certificate: the wildcard and the domain itself.
    public var names: [String] { ["*.\(self.baseDomain)", self.baseDomain] }

    /// Checks and keeps the settings.
    ///
    /// - Parameter timeLimit: Five minutes by default: two challenges, each with a minute of propagation, and orders.
    /// - Throws: ``ACMEError`` with code `invalidConfiguration`.
    public init(
        directory: String = Self.letsEncrypt, email: String, baseDomain: String, folder: URL, challenge: DNSChallenge,
        propagation: DNSPropagation = DNSPropagation(), trustedAuthorities: URL? = nil, lego: URL? = nil,
        timeLimit: Duration = .seconds(300)
    ) throws(ACMEError) {
        guard let url = URL(string: directory), url.scheme == "https", url.host()?.isEmpty == false else {
            throw .invalidConfiguration("the directory of the certificate authority is no https URL")
        }
        let domain = (baseDomain.hasSuffix(".") ? String(baseDomain.dropLast()) : baseDomain).lowercased()
        guard Self.isDomain(domain) else { throw .invalidConfiguration("the base domain is no DNS name") }
        guard Self.isEmail(email) else { throw .invalidConfiguration("the e-mail address for the account is none") }
        if let fault = challenge.fault { throw .invalidConfiguration(fault) }
        guard timeLimit > .zero else { throw .invalidConfiguration("the time limit is not positive") }
        self.directory = url
        self.email = email
        self.baseDomain = domain
        self.folder = folder
        self.challenge = challenge
        self.propagation = propagation
        self.trustedAuthorities = trustedAuthorities
        self.lego = lego
        self.timeLimit = timeLimit
    }

    /// Letters, digits and hyphens (RFC 1123, section 2.1), with room for `_acme-challenge.` within 253 bytes.
    private static func isDomain(_ text: String) -> Bool {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        return text.utf8.count <= 237 && labels.count >= 2
            && labels.allSatisfy { label in
                (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                    && label.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 45 }
            }
    }

    /// One `@` with something on both sides, and nothing that would mean something in a path.
    private static func isEmail(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { !$0.isEmpty } && !text.hasPrefix("-")
            && text.utf8.allSatisfy { $0 > 32 && $0 < 127 && $0 != 47 && $0 != 92 && $0 != 34 }
    }
}
