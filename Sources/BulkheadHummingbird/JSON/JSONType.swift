public import Tenancy

/// How a value of a Swift type is read from JSON, and what to tell the sender of anything else.
public struct JSONType<Value>: Sendable {
    /// What is wanted, for a person: `must be a string`.
    public let requirement: String
    let read: @Sendable (_ value: JSONValue, _ pointer: String, _ problems: inout [FieldProblem]) -> Value?

    /// A type that is read as a whole: `read` answers nil for anything else.
    public init(requirement: String, read: @escaping @Sendable (JSONValue) -> Value?) {
        self.requirement = requirement
        self.read = { value, _, _ in read(value) }
    }

    /// A type with parts: `read` notes problems at places below `pointer` and answers with the parts that are right.
    public init(
        requirement: String,
        parts read:
            @escaping @Sendable (_ value: JSONValue, _ pointer: String, _ problems: inout [FieldProblem]) -> Value?
    ) {
        self.requirement = requirement
        self.read = read
    }
}

extension JSONType where Value == String {
    /// A JSON string.
    public static var text: Self {
        Self(requirement: "must be a string") { value in
            guard case .string(let text) = value else { return nil }
            return text
        }
    }
}

extension JSONType where Value == Int {
    /// A JSON number without fraction and exponent that fits 64 bits.
    public static var integer: Self {
        Self(requirement: "must be a whole number") { value in
            guard case .number(let text) = value else { return nil }
            return Int(text)
        }
    }
}

extension JSONType where Value == Bool {
    /// `true` or `false`.
    public static var bool: Self {
        Self(requirement: "must be true or false") { value in
            guard case .bool(let bool) = value else { return nil }
            return bool
        }
    }
}

extension JSONType where Value == [String: SettingValue] {
    /// An object whose values are strings or arrays of strings.
    public static var settings: Self {
        Self(requirement: "must be an object") { value, pointer, problems in
            guard case .object(let members) = value else { return nil }
            var settings: [String: SettingValue] = [:]
            for member in members {
                if let setting = Self.setting(member.value) {
                    settings[member.name] = setting
                } else {
                    problems.append(
                        .init(
                            pointer: pointer + JSONFields.pointer(member.name),
                            detail: "must be a string or an array of strings"))
                }
            }
            return settings
        }
    }

    private static func setting(_ value: JSONValue) -> SettingValue? {
        switch value {
        case .string(let text):
            return .text(text)
        case .array(let items):
            let texts = items.compactMap { item -> String? in
                guard case .string(let text) = item else { return nil }
                return text
            }
            return texts.count == items.count ? .list(texts) : nil
        default:
            return nil
        }
    }
}
