public import Foundation

extension CloudflareProvider {
    /// Where the API is, who may use it, and how records are made.
    ///
    /// The token needs the rights `Zone: Read` and `DNS: Edit` on the zone, and no others.
    public struct Configuration: Sendable {
        /// The token; it is in no description of this.
        public var apiToken: String
        /// The address of the API, with its version.
        public var endpoint: URL
        /// Whether what is asked of our addresses and aliases goes through Cloudflare's network ("orange cloud").
        ///
        /// Resolvers are then told addresses of Cloudflare's, for 300 seconds, whatever a record says.
        public var proxied: Bool
        /// The id of the zone, for tokens that see several of its name; nil looks it up.
        public var zoneID: String?
        /// For how long an answer is waited for.
        public var timeout: Duration

        /// Where the API is unless a configuration says otherwise.
        public static var publicEndpoint: URL {
            guard let url = URL(string: "https://api.cloudflare.com/client/v4") else { preconditionFailure() }
            return url
        }

        /// A configuration.
        public init(
            apiToken: String, endpoint: URL = Self.publicEndpoint, proxied: Bool = false, zoneID: String? = nil,
            timeout: Duration = .seconds(10)
        ) {
            self.apiToken = apiToken
            self.endpoint = endpoint
            self.proxied = proxied
            self.zoneID = zoneID
            self.timeout = timeout
        }
    }
}

extension CloudflareProvider.Configuration: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// All but the token.
    public var description: String {
        "Cloudflare at \(self.endpoint.absoluteString), proxied: \(self.proxied), zone id: \(self.zoneID ?? "looked up")"
    }

    /// All but the token.
    public var debugDescription: String { self.description }

    /// All but the token, for whatever prints values by their fields.
    public var customMirror: Mirror {
        Mirror(
            self,
            children: [
                "endpoint": self.endpoint, "proxied": self.proxied, "zoneID": self.zoneID as Any,
                "timeout": self.timeout,
            ])
    }
}
