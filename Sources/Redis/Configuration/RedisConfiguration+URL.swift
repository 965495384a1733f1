import Foundation

extension RedisConfiguration {
    /// The defaults for the server of a URL: `redis://[[user]:password@]host[:port][/database]`, or `rediss` for TLS.
    ///
    /// User and password are percent-encoded (RFC 3986, section 2.1).
    ///
    /// - Throws: ``RedisError`` with code `invalidConfiguration`. It does not repeat the URL, which holds the password.
    public init(url: String) throws(RedisError) {
        guard let parts = URLComponents(string: url), let scheme = parts.scheme?.lowercased() else {
            throw .invalidConfiguration("The Redis URL is malformed.")
        }
        guard scheme == "redis" || scheme == "rediss" else {
            throw .invalidConfiguration("The Redis URL begins neither with redis:// nor with rediss://.")
        }
        guard let host = parts.host.map(Self.withoutBrackets), !host.isEmpty else {
            throw .invalidConfiguration("The Redis URL names no host.")
        }
        guard parts.query == nil, parts.fragment == nil else {
            throw .invalidConfiguration("The Redis URL has a query or a fragment, which mean nothing here.")
        }
        let port = parts.port ?? 6379
        guard (1...65535).contains(port) else {
            throw .invalidConfiguration("The port of the Redis URL is not between 1 and 65535.")
        }
        let user = parts.user.flatMap { $0.isEmpty ? nil : $0 }
        let password = parts.password.flatMap { $0.isEmpty ? nil : $0 }
        guard user == nil || password != nil else {
            throw .invalidConfiguration("The Redis URL names a user without a password.")
        }
        self.init(
            host: host, port: port, usesTLS: scheme == "rediss", username: user, password: password,
            database: try Self.database(parts.path))
    }

    private static func withoutBrackets(_ host: String) -> String {
        host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
    }

    private static func database(_ path: String) throws(RedisError) -> Int {
        let digits = path.drop { $0 == "/" }
        if digits.isEmpty { return 0 }
        guard path.hasPrefix("/"), let number = Int(digits), (0...65535).contains(number) else {
            throw .invalidConfiguration("The path of the Redis URL is not the number of a database.")
        }
        return number
    }
}
