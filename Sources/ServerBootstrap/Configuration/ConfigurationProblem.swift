/// Something in the configuration that cannot stay as it is.
public struct ConfigurationProblem: Sendable, Hashable, Codable, CustomStringConvertible {
    /// Where it is: an environment variable, a key of a file, a flag.
    public var place: String
    /// What is there, without passwords; nil if nothing is.
    public var value: String?
    /// What is wrong and what would be right.
    public var detail: String

    /// One line for people.
    public var description: String {
        let value = self.value.map { " is '\($0)'" } ?? ""
        return "\(self.place)\(value): \(self.detail)"
    }
}

/// A configuration that cannot be used; names every problem at once.
public struct ConfigurationError: Error, Sendable, CustomStringConvertible {
    /// The problems, in the order in which people look for them; never empty.
    public let problems: [ConfigurationProblem]

    /// How many there are; the values stay out of it.
    public var description: String { "ConfigurationError(\(self.problems.count) problems)" }
}
