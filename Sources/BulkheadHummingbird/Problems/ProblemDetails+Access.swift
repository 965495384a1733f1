import HTTPTypes
public import Identity

/// Refusals for lack of proof or of rights; 401 carries the challenge of RFC 6750, section 3.
extension ProblemDetails {
    /// 401: the route wants a token and the request has none.
    public static var tokenRequired: Self {
        Self(
            "token-required", .unauthorized, title: "Sign in first",
            detail: "Send an access token in the Authorization field: Bearer <token>.",
            headers: [.wwwAuthenticate: Self.challenge])
    }

    /// 401: the token is none of ours, not for this host, or too old.
    public static func tokenRefused(_ problem: TokenProblem) -> Self {
        let expired = problem == .expired
        return Self(
            expired ? "token-expired" : "token-invalid", .unauthorized,
            title: expired ? "The access token has expired" : "The access token is not valid",
            detail: "Sign in again and use the new access token.",
            headers: [.wwwAuthenticate: Self.challenge(error: "invalid_token")])
    }

    /// 401: the token is genuine, and its bearer may not act any more.
    public static var accountDisabled: Self {
        Self(
            "token-invalid", .unauthorized, title: "The access token is not valid",
            detail: "Sign in again and use the new access token.",
            headers: [.wwwAuthenticate: Self.challenge(error: "invalid_token")])
    }

    /// 400: more than one Authorization field.
    public static var tokenRepeated: Self {
        Self(
            "bad-request", .badRequest, title: "The request is malformed",
            detail: "Send exactly one Authorization field.",
            headers: [.wwwAuthenticate: Self.challenge(error: "invalid_request")])
    }

    /// 401: more than one session cookie: which one counts must not be a matter of taste.
    public static var sessionCookieRepeated: Self {
        Self(
            "token-invalid", .unauthorized, title: "The session cookie is not usable",
            detail: "Send the session cookie once, or an access token in the Authorization field.",
            headers: [.wwwAuthenticate: Self.challenge(error: "invalid_token")])
    }

    /// 401: a session cookie with a method that changes something; another site could have made a browser send it.
    public static var sessionCookieReadsOnly: Self {
        Self(
            "token-required", .unauthorized, title: "A session cookie is good for reading only",
            detail: "Send an access token in the Authorization field: Bearer <token>.",
            headers: [.wwwAuthenticate: Self.challenge])
    }

    /// 401: the credentials are wrong; does not say which, and says the same for accounts that do not exist.
    public static var badCredentials: Self {
        Self(
            "bad-credentials", .unauthorized, title: "The credentials are not accepted",
            detail: "The address or the password is wrong, or the account may not sign in.",
            headers: [.wwwAuthenticate: Self.challenge])
    }

    /// 403: the caller is known and may not do this.
    public static func forbidden(_ detail: String) -> Self {
        Self("forbidden", .forbidden, title: "You may not do this", detail: detail)
    }

    private static let challenge = #"Bearer realm="bulkhead""#

    private static func challenge(error: String) -> String {
        #"\#(self.challenge), error="\#(error)""#
    }
}
