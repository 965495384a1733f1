/// Why an access token was refused; for logs and metrics.
///
/// Its bearer gets one answer for all of these (RFC 6750, section 3.1).
public struct TokenProblem: Error, Sendable, Hashable, CustomStringConvertible {
    private enum Value: String, Sendable, Hashable {
        case malformed, algorithm, unknownKey, signature, expired, notYetValid, audience, issuer, type, claims
    }
    private let value: Value

    /// Not three parts of canonical base64url with flat JSON objects inside, too long, or a header with more members
    /// than `alg`, `kid` and `typ`.
    public static let malformed = TokenProblem(value: .malformed)
    /// `alg` is not `EdDSA`.
    public static let algorithm = TokenProblem(value: .algorithm)
    /// `kid` is none of the keys in use.
    public static let unknownKey = TokenProblem(value: .unknownKey)
    /// The signature is not that of the key over these bytes.
    public static let signature = TokenProblem(value: .signature)
    /// `exp` has passed.
    public static let expired = TokenProblem(value: .expired)
    /// `nbf` or `iat` lies in the future.
    public static let notYetValid = TokenProblem(value: .notYetValid)
    /// `aud` is not exactly the audience asked for.
    public static let audience = TokenProblem(value: .audience)
    /// `iss` is not exactly our issuer.
    public static let issuer = TokenProblem(value: .issuer)
    /// `typ` is not `at+jwt`: a token made for something else.
    public static let type = TokenProblem(value: .type)
    /// A claim is missing, unknown, or not of its form.
    public static let claims = TokenProblem(value: .claims)

    /// The name of the problem; says nothing about the token.
    public var description: String { self.value.rawValue }
}
