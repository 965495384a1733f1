/// The public keys, for whoever wants to verify tokens of ours (RFC 7517, section 5; RFC 8037, section 2).
public struct JSONWebKeySet: Sendable, Codable, Equatable {
    /// One public key.
    public struct Key: Sendable, Codable, Equatable {
        /// The type, always `OKP`: a key pair on an Edwards curve.
        public let kty: String
        /// The curve, always `Ed25519`.
        public let crv: String
        /// The public key, base64url without padding.
        public let x: String
        /// The key's name.
        public let kid: String
        /// The one algorithm the key is for, always `EdDSA`.
        public let alg: String
        /// What the key is for, always `sig`.
        public let use: String
    }

    /// The keys, the one that signs first.
    public let keys: [Key]

    init(_ keys: SigningKeySet) {
        self.keys = ([keys.current] + keys.others).map { key in
            Key(
                kty: "OKP", crv: "Ed25519", x: UnpaddedBase64.url.encode(key.publicBytes), kid: key.kid,
                alg: CompactToken.algorithm, use: "sig")
        }
    }
}
