import BulkheadHummingbird
import HTTPTypes

/// The session of an administrator's browser: the access token in a cookie that scripts cannot read.
///
/// For what a browser asks by itself, without a script that could set a field: streams of events, downloads. It is good
/// for reading only, so whatever another site makes a browser send changes nothing, whether or not the browser knows
/// `SameSite`. The prefix `__Host-` makes browsers refuse a cookie of this name that another host has set (RFC 6265bis,
/// section 4.1.3).
enum SessionCookie {
    /// The name.
    static let name = "__Host-bulkhead_session"

    /// The value of `Set-Cookie` for a new session.
    static func setting(_ token: String, expiresIn seconds: Int) -> String {
        "\(Self.name)=\(token); Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=\(seconds)"
    }

    /// The token that a request's cookies hold; nil if there is no cookie of this name.
    ///
    /// - Throws: ``ProblemDetails/sessionCookieRepeated`` if there are several.
    static func read(from headers: HTTPFields) throws(ProblemDetails) -> String? {
        // HTTP/2 clients may send a field for each cookie (RFC 9113, section 8.2.3).
        let values = headers[values: .cookie].flatMap { $0.split(separator: ";") }.compactMap { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return HeaderList.trimmed(parts[0]) == Self.name
                ? HeaderList.trimmed(parts.count == 2 ? parts[1] : "") : nil
        }
        guard values.count <= 1 else { throw .sessionCookieRepeated }
        return values.first.map { String($0) }
    }
}
