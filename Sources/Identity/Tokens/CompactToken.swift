/// A token taken apart, with the form of every part checked and nothing believed yet (RFC 7515, section 3.1).
struct CompactToken: Sendable {
    /// Names the key; only ever looked up among the keys in use.
    let keyID: String
    /// The claims, of the right form as JSON; what they say is checked after the signature.
    let claims: FlatJSONObject
    /// 64 bytes (RFC 8032, section 5.1.6).
    let signature: [UInt8]
    /// The bytes that the signature is over: header, dot and payload as they were sent.
    let signed: ArraySlice<UInt8>

    /// The longest token that is looked at, in bytes.
    static let sizeLimit = 4_096
    /// The one algorithm (RFC 8037, section 3.1).
    static let algorithm = "EdDSA"
    /// The one kind of token, so that no other token of ours passes for one (RFC 9068, section 2.1; RFC 8725, 3.11).
    static let type = "at+jwt"

    /// Takes `token` apart.
    ///
    /// A header with any member beside `alg`, `kid` and `typ` is refused: `jwk`, `jku`, `x5u` and `x5c` would let the
    /// token bring its own key, `crit` and `b64` would change its meaning (RFC 8725, sections 3.1 and 3.10).
    init(_ token: String) throws(TokenProblem) {
        guard token.utf8.count <= Self.sizeLimit else { throw .malformed }
        let bytes = Array(token.utf8)
        let parts = bytes.split(separator: UInt8(ascii: "."), maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Self.object(parts[0]), let claims = Self.object(parts[1]) else {
            throw .malformed
        }
        guard header.text("alg") == Self.algorithm else { throw .algorithm }
        guard header.text("typ") == Self.type else { throw .type }
        guard let keyID = header.text("kid"), header.members.count == 3,
            let signature = UnpaddedBase64.url.decode(parts[2])
        else { throw .malformed }
        guard signature.count == 64 else { throw .signature }
        self.keyID = keyID
        self.claims = claims
        self.signature = signature
        self.signed = bytes[..<parts[1].endIndex]
    }

    /// The bytes to sign for these claims, as text.
    static func signingInput(keyID: String, claims: String) -> String {
        let header = #"{"alg":"\#(Self.algorithm)","kid":"\#(keyID)","typ":"\#(Self.type)"}"#
        return UnpaddedBase64.url.encode(Array(header.utf8)) + "." + UnpaddedBase64.url.encode(Array(claims.utf8))
    }

    private static func object(_ part: ArraySlice<UInt8>) -> FlatJSONObject? {
        UnpaddedBase64.url.decode(part).flatMap { FlatJSONObject($0) }
    }
}
