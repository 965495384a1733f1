public import Foundation

/// Where the challenge record of a zone is published, and with which credentials (RFC 8555, section 8.4).
///
/// No description, dump or mirror of it shows a credential.
public enum DNSChallenge: Sendable, Hashable {
    /// PowerDNS's HTTP API; `server` is the server's id in its paths.
    case powerDNS(url: URL, apiKey: String, server: String = "localhost")
    /// Cloudflare; the token needs Zone:Read and DNS:Edit for the zone.
    case cloudflare(token: String)
    /// Amazon Route 53; without `hostedZoneID` the zone is looked up by name, which needs `route53:ListHostedZonesByName`.
    case route53(
        accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil, hostedZoneID: String? = nil,
        region: String = "us-east-1")
}

extension DNSChallenge {
    /// The provider's name, for people.
    public var provider: String {
        switch self {
        case .powerDNS: "PowerDNS"
        case .cloudflare: "Cloudflare"
        case .route53: "Route 53"
        }
    }

    /// lego's name of the provider, and the start of the names of its settings.
    var code: (provider: String, prefix: String) {
        switch self {
        case .powerDNS: ("pdns", "PDNS")
        case .cloudflare: ("cloudflare", "CLOUDFLARE")
        case .route53: ("route53", "AWS")
        }
    }

    /// What lego reads the credentials from.
    var environment: [String: String] {
        switch self {
        case .powerDNS(let url, let apiKey, let server):
            return ["PDNS_API_URL": url.absoluteString, "PDNS_API_KEY": apiKey, "PDNS_SERVER_NAME": server]
        case .cloudflare(let token):
            return ["CLOUDFLARE_DNS_API_TOKEN": token]
        case .route53(let accessKeyID, let secretAccessKey, let sessionToken, let hostedZoneID, let region):
            var environment = [
                "AWS_ACCESS_KEY_ID": accessKeyID, "AWS_SECRET_ACCESS_KEY": secretAccessKey, "AWS_REGION": region,
            ]
            environment["AWS_SESSION_TOKEN"] = sessionToken
            environment["AWS_HOSTED_ZONE_ID"] = hostedZoneID
            return environment
        }
    }

    /// What must not be seen in anything that is shown.
    var secrets: [String] {
        switch self {
        case .powerDNS(let url, let apiKey, _): [apiKey] + [url.user, url.password].compactMap { $0 }
        case .cloudflare(let token): [token]
        case .route53(let accessKeyID, let secretAccessKey, let sessionToken, _, _):
            [accessKeyID, secretAccessKey] + [sessionToken].compactMap { $0 }
        }
    }

    /// What is wrong with it; nil if nothing is.
    var fault: String? {
        if case .powerDNS(let url, _, _) = self, !["http", "https"].contains(url.scheme) || url.host() == nil {
            return "the address of the PowerDNS API is no http or https URL"
        }
        guard self.environment.values.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { $0 > 31 && $0 != 127 } }) else {
            return "a credential or setting for \(self.provider) is empty or holds control characters"
        }
        return nil
    }
}

extension DNSChallenge: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The provider alone.
    public var description: String { "\(self.provider), credentials hidden" }

    /// The same.
    public var debugDescription: String { self.description }

    /// Nothing, so that no dump shows a credential.
    public var customMirror: Mirror { Mirror(self, children: ["credentials": "hidden"], displayStyle: .enum) }
}
