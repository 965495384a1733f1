import Foundation

/// A libpq connection string, as a URI or as `key=value` pairs (PostgreSQL, "Connection Strings").
public struct DatabaseURL: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible {
    /// The whole string, password included; never for a log.
    public let text: String

    /// Wraps a string; nil if it is neither of the two forms.
    public init?(_ text: String) {
        guard Self.scheme(of: text) != nil || Self.pairs(text) != nil else { return nil }
        self.text = text
    }

    /// Without the password.
    public var description: String {
        guard let parts = self.parts else {
            let pairs = Self.pairs(self.text) ?? []
            return Self.joined(pairs.map { $0.key == "password" ? ($0.key, "hidden") : $0 })
        }
        var result = parts
        if let user = parts.user {
            result.user = String(user.prefix { $0 != ":" }) + (user.contains(":") ? ":hidden" : "")
        }
        result.query = Self.replacing("password", in: parts.query, by: "hidden")
        return result.text
    }

    /// Without the password.
    public var debugDescription: String { self.description }

    /// The same server for another role.
    ///
    /// - Parameter database: named if the string names none, since libpq would take the role's name instead.
    public func with(user: String, password: String, database: String) -> DatabaseURL {
        guard var parts = self.parts else {
            var pairs = (Self.pairs(self.text) ?? []).filter { $0.key != "user" && $0.key != "password" }
            if !pairs.contains(where: { $0.key == "dbname" }) { pairs.append(("dbname", database)) }
            return DatabaseURL(checked: Self.joined(pairs + [("user", user), ("password", password)]))
        }
        parts.user = "\(Self.escaped(user)):\(Self.escaped(password))"
        if parts.path.count <= 1 { parts.path = "/" + Self.escaped(database) }
        parts.query = Self.replacing("password", in: Self.replacing("user", in: parts.query, by: nil), by: nil)
        return DatabaseURL(checked: parts.text)
    }

    private init(checked text: String) {
        self.text = text
    }
}

// MARK: - URIs

extension DatabaseURL {
    /// The parts of a URI; not `URLComponents`, which refuses libpq's lists of hosts.
    private struct Parts {
        var scheme: String
        var user: String?
        var hosts: String
        var path: String
        var query: String?

        var text: String {
            self.scheme + (self.user.map { $0 + "@" } ?? "") + self.hosts + self.path
                + (self.query.map { "?" + $0 } ?? "")
        }
    }

    private var parts: Parts? {
        guard let scheme = Self.scheme(of: self.text) else { return nil }
        var rest = self.text.dropFirst(scheme.count)
        var query: String?
        if let mark = rest.firstIndex(of: "?") {
            query = String(rest[rest.index(after: mark)...])
            rest = rest[..<mark]
        }
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        let path = String(rest[slash...])
        let authority = rest[..<slash]
        guard let at = authority.lastIndex(of: "@") else {
            return Parts(scheme: scheme, user: nil, hosts: String(authority), path: path, query: query)
        }
        let hosts = String(authority[authority.index(after: at)...])
        return Parts(scheme: scheme, user: String(authority[..<at]), hosts: hosts, path: path, query: query)
    }

    private static func scheme(of text: String) -> String? {
        ["postgresql://", "postgres://"].first(where: text.hasPrefix)
    }

    private static func replacing(_ name: String, in query: String?, by value: String?) -> String? {
        guard let query else { return nil }
        let items = query.split(separator: "&").compactMap { item -> String? in
            guard item.hasPrefix(name + "=") else { return String(item) }
            return value.map { "\(name)=\($0)" }
        }
        return items.isEmpty ? nil : items.joined(separator: "&")
    }

    private static func escaped(_ text: String) -> String {
        let plain = CharacterSet(charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")
        // Nil only for text that is not Unicode, which a Swift string always is.
        return text.addingPercentEncoding(withAllowedCharacters: plain) ?? text
    }
}

// MARK: - Pairs

extension DatabaseURL {
    /// Reads `key=value key='va\'lue'`; nil if the text is something else.
    private static func pairs(_ text: String) -> [(key: String, value: String)]? {
        var pairs: [(key: String, value: String)] = []
        var rest = text[...].drop(while: \.isWhitespace)
        while !rest.isEmpty {
            let key = rest.prefix { $0.isLetter || $0 == "_" }
            rest = rest.dropFirst(key.count).drop(while: \.isWhitespace)
            guard !key.isEmpty, rest.first == "=" else { return nil }
            rest = rest.dropFirst().drop(while: \.isWhitespace)
            guard let value = Self.value(&rest) else { return nil }
            pairs.append((String(key), value))
            rest = rest.drop(while: \.isWhitespace)
        }
        return pairs.isEmpty ? nil : pairs
    }

    private static func value(_ rest: inout Substring) -> String? {
        let isQuoted = rest.first == "'"
        if isQuoted { rest.removeFirst() }
        var value = ""
        while let character = rest.first {
            if isQuoted ? character == "'" : character.isWhitespace { break }
            rest.removeFirst()
            guard character == "\\" else {
                value.append(character)
                continue
            }
            guard let escaped = rest.popFirst() else { return nil }
            value.append(escaped)
        }
        if isQuoted { guard rest.popFirst() == "'" else { return nil } }
        return value
    }

    private static func joined(_ pairs: [(key: String, value: String)]) -> String {
        pairs.map { pair in
            let value = pair.value.replacing("\\", with: "\\\\").replacing("'", with: "\\'")
            let isPlain = !value.isEmpty && !value.contains(where: \.isWhitespace) && value == pair.value
            return "\(pair.key)=" + (isPlain ? value : "'\(value)'")
        }.joined(separator: " ")
    }
}
