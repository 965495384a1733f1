/// A release of PgBouncer, such as 1.18.0.
public struct PoolerVersion: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The first number.
    public var major: Int
    /// The second number.
    public var minor: Int
    /// The third number.
    public var patch: Int

    /// A release.
    public init(_ major: Int, _ minor: Int, _ patch: Int = 0) {
        self.major = major
        self.minor = minor
        self.patch = patch
    }

    /// Reads `1.18`, `1.18.0`, or what the program says of itself: `PgBouncer 1.18.0` and more lines.
    ///
    /// Nil for anything else; what follows the third number, such as `rc1`, is left out.
    public init?(_ text: String) {
        guard let line = text.split(whereSeparator: \.isNewline).first else { return nil }
        let words = line.split(separator: " ")
        guard let word = words.last, words.count == 1 || (words.count == 2 && words[0] == "PgBouncer") else {
            return nil
        }
        let parts = word.split(separator: ".", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count) else { return nil }
        let last = parts.count == 3 ? parts[2].prefix(while: Self.isDigit) : "0"
        guard let major = Self.number(parts[0]), let minor = Self.number(parts[1]), let patch = Self.number(last)
        else { return nil }
        self.init(major, minor, patch)
    }

    /// The oldest release that is configured here: before it, cancel requests could hit another client's statement.
    public static let oldest = PoolerVersion(1, 18)
    /// The oldest release that can carry named prepared statements in transaction mode, and has to be told not to.
    public static let preparedStatements = PoolerVersion(1, 21)
    /// The oldest release that can be told which reported parameters to follow.
    public static let trackedParameters = PoolerVersion(1, 20)

    /// Three numbers with points between.
    public var description: String { "\(self.major).\(self.minor).\(self.patch)" }

    /// Compares number by number.
    public static func < (left: PoolerVersion, right: PoolerVersion) -> Bool {
        (left.major, left.minor, left.patch) < (right.major, right.minor, right.patch)
    }

    private static func number(_ text: Substring) -> Int? {
        text.allSatisfy(self.isDigit) && text.count < 6 ? Int(text) : nil
    }

    private static func isDigit(_ character: Character) -> Bool { ("0"..."9").contains(character) }
}
