public import Tenancy

/// The fields of a JSON object, read one by one while all that is wrong is collected.
///
/// A handler reads every field it knows and calls ``finish(_:)`` once, with the domain's own checks. A field of the
/// wrong type yields a stand-in, so that reading goes on and the checks still run for the fields that are right: the
/// answer names everything at once. Names that nobody asked for are refused, so that a typing error or a smuggled
/// `tenant_id` is an error and not a shrug.
public struct JSONFields: Sendable {
    /// How many unknown names one answer lists; more would let a small request ask for a large answer.
    static let maximumUnknownNames = 20

    private let values: [String: JSONValue]
    private let names: [String]
    private var known: [String] = []
    private var problems: [FieldProblem] = []

    /// Fields of a document.
    ///
    /// - Throws: ``ValidationError`` at the empty pointer if the document is no object.
    public init(_ document: JSONValue) throws(ValidationError) {
        guard case .object(let members) = document else {
            throw ValidationError(pointer: "", detail: "must be a JSON object")
        }
        self.names = members.map(\.name)
        self.values = Dictionary(members.map { ($0.name, $0.value) }) { first, _ in first }
    }

    /// Reads a field that must be there and not `null`; nil, and a problem noted, if it is not or has another type.
    public mutating func required<Value>(_ name: String, _ type: JSONType<Value>) -> Value? {
        self.known.append(name)
        guard let value = self.values[name] else {
            self.problems.append(.init(pointer: Self.pointer(name), detail: "is required: \(type.requirement)"))
            return nil
        }
        return self.read(name, value, as: type)
    }

    /// Reads a field that may be absent or `null`; nil then, and nil with a problem noted if it has another type.
    public mutating func optional<Value>(_ name: String, _ type: JSONType<Value>) -> Value? {
        self.known.append(name)
        guard let value = self.values[name], value != .null else { return nil }
        return self.read(name, value, as: type)
    }

    /// Reads a text that must be there; a stand-in if it is not, which ``finish(_:)`` will not let through.
    public mutating func text(_ name: String) -> String {
        self.required(name, .text) ?? ""
    }

    /// Makes the checked value, or names everything that is wrong.
    ///
    /// - Parameter make: the domain's checks. What they say about a field whose type was wrong already is dropped,
    ///   since they saw a stand-in.
    /// - Throws: ``ValidationError`` with the problems in the order in which the fields were read, unknown names last.
    public consuming func finish<Value>(_ make: () throws(ValidationError) -> Value) throws(ValidationError) -> Value {
        let reported = Set(self.problems.map(\.pointer))
        var made: Value?
        do throws(ValidationError) {
            made = try make()
        } catch {
            self.problems += error.problems.filter { problem in
                !reported.contains { $0 == problem.pointer || problem.pointer.hasPrefix($0 + "/") }
            }
        }
        self.noteUnknownNames()
        guard let made, self.problems.isEmpty else { throw ValidationError(self.ordered) }
        return made
    }

    /// The JSON Pointer of a member of the document (RFC 6901, section 3).
    public static func pointer(_ name: String) -> String {
        "/" + name.replacing("~", with: "~0").replacing("/", with: "~1")
    }

    private mutating func read<Value>(_ name: String, _ value: JSONValue, as type: JSONType<Value>) -> Value? {
        let before = self.problems.count
        let result = type.read(value, Self.pointer(name), &self.problems)
        if result == nil, self.problems.count == before {
            self.problems.append(.init(pointer: Self.pointer(name), detail: type.requirement))
        }
        return result
    }

    private mutating func noteUnknownNames() {
        let known = Set(self.known)
        let unknown = self.names.filter { !known.contains($0) }
        self.problems += unknown.prefix(Self.maximumUnknownNames).map { name in
            FieldProblem(pointer: Self.pointer(name), detail: "is not a field of this request")
        }
    }

    private var ordered: [FieldProblem] {
        let places = Dictionary(self.known.enumerated().map { (Self.pointer($1), $0) }) { first, _ in first }
        func place(_ problem: FieldProblem) -> Int {
            let field = problem.pointer.dropFirst().prefix { $0 != "/" }
            return places["/" + field] ?? (problem.pointer.isEmpty ? -1 : Int.max)
        }
        return self.problems.enumerated()
            .sorted { (place($0.element), $0.offset) < (place($1.element), $1.offset) }
            .map(\.element)
    }
}
