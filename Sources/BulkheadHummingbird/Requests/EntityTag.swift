public import HTTPTypes

/// The strong entity tag of something that counts its versions: `"v7"` (RFC 9110, section 8.8.3).
public struct EntityTag: Sendable, Hashable, CustomStringConvertible {
    /// The version; 1 or more.
    public let version: Int

    /// The tag of a version.
    public init(version: Int) {
        self.version = version
    }

    /// The form for a header field, quotes included.
    public var description: String { "\"v\(self.version)\"" }

    /// Reads one tag; nil if it is weak or none of ours.
    init?(_ text: Substring) {
        guard text.hasPrefix("\"v"), text.hasSuffix("\""), text.utf8.count >= 4 else { return nil }
        let digits = text.dropFirst(2).dropLast()
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let version = Int(digits) else { return nil }
        self.version = version
    }
}

/// What `If-Match` demands (RFC 9110, section 13.1.1).
public enum VersionCondition: Sendable, Hashable {
    /// Nothing, or only that the thing exists.
    case any
    /// That the thing is at one of these versions; none of ours means that nothing can satisfy it.
    case oneOf([Int])

    /// Reads the condition of a request; weak and foreign tags match nothing, as the strong comparison wants it.
    public init(_ headers: HTTPFields) {
        guard let value = headers[.ifMatch] else {
            self = .any
            return
        }
        let items = HeaderList.items(value[...])
        self = items == ["*"] ? .any : .oneOf(items.compactMap { EntityTag($0)?.version })
    }

    /// The version to demand of a service that takes one: nil for none, 0 (which nothing has) if nothing can match.
    ///
    /// - Parameter current: the version of the thing as it is; asked only if several are acceptable.
    public func version(current: () async throws -> Int) async rethrows -> Int? {
        switch self {
        case .any: return nil
        case .oneOf(let versions) where versions.count <= 1: return versions.first ?? 0
        case .oneOf(let versions):
            let current = try await current()
            return versions.contains(current) ? current : 0
        }
    }
}
