public import Foundation

extension Route53Provider {
    /// Who asks, and where.
    ///
    /// What this prints as has neither the secret nor the token in it.
    public struct Configuration: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
        /// Route 53 itself: one address for the whole world (AWS General Reference, "Service endpoints").
        public static let publicEndpoint = "https://route53.amazonaws.com"

        /// The id of an access key.
        public var accessKeyID: String
        /// The secret that goes with it; it signs, and is never sent.
        public var secretAccessKey: String
        /// Goes with credentials for a time.
        public var sessionToken: String?
        /// Where the API is; nil is ``publicEndpoint``.
        public var endpoint: URL?
        /// For how long an answer is waited for.
        public var timeout: Duration
        /// The zone's id, such as `Z0123456789ABC`; needed where two public zones have one name.
        public var hostedZoneID: String?

        /// A configuration.
        public init(
            accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil, endpoint: URL? = nil,
            timeout: Duration = .seconds(10), hostedZoneID: String? = nil
        ) {
            self.accessKeyID = accessKeyID
            self.secretAccessKey = secretAccessKey
            self.sessionToken = sessionToken
            self.endpoint = endpoint
            self.timeout = timeout
            self.hostedZoneID = hostedZoneID
        }

        /// Where, and with which key.
        public var description: String {
            "Route 53 at \(self.endpoint?.absoluteString ?? Self.publicEndpoint), access key \(self.accessKeyID), "
                + "zone \(self.hostedZoneID ?? "by name")"
        }

        /// The same.
        public var debugDescription: String { self.description }

        /// Nothing that `dump` could show.
        public var customMirror: Mirror { Mirror(self, children: [("description", self.description)]) }
    }
}
