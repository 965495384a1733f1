import Foundation

/// The parts of a libpq connection URI to a server on 127.0.0.1; see "Connection URIs" in PostgreSQL's manual.
struct ConnectionURI {
    let user: String
    let password: String?
    let port: Int
    let database: String

    var text: String {
        let secret = password.map { ":" + Self.escaped($0) } ?? ""
        return "postgresql://\(Self.escaped(user))\(secret)@127.0.0.1:\(port)/\(Self.escaped(database))"
    }

    private static func escaped(_ text: String) -> String {
        let plain = CharacterSet(charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")
        // Nil only for text that is not Unicode, which a Swift string always is.
        return text.addingPercentEncoding(withAllowedCharacters: plain) ?? text
    }
}
