/// What is wrong with one field of an input.
public struct FieldProblem: Sendable, Hashable, Codable {
    /// Which field, as a JSON Pointer (RFC 6901): `/subdomain`; empty for the whole document.
    public var pointer: String
    /// What is wrong and what would be right, for a person.
    public var detail: String

    /// A problem at `pointer`.
    public init(pointer: String, detail: String) {
        self.pointer = pointer
        self.detail = detail
    }
}

/// An input that was understood but breaks rules; names every field that does, at once.
///
/// Nothing was changed.
public struct ValidationError: Error, Sendable, Equatable {
    /// All problems found, in the order of the fields; never empty.
    public var problems: [FieldProblem]

    /// An error for these problems.
    public init(_ problems: [FieldProblem]) {
        self.problems = problems
    }

    /// An error about one field.
    public init(pointer: String, detail: String) {
        self.problems = [FieldProblem(pointer: pointer, detail: detail)]
    }
}
