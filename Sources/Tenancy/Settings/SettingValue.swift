/// The value of a setting: a text or a list of texts, as JSON has them.
public enum SettingValue: Sendable, Hashable, Codable {
    /// A JSON string.
    case text(String)
    /// A JSON array of strings.
    case list([String])

    /// Reads a JSON string or array of strings.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        do {
            self = .text(try container.decode(String.self))
        } catch {
            self = .list(try container.decode([String].self))
        }
    }

    /// Writes a JSON string or array of strings.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .text(let text): try container.encode(text)
        case .list(let list): try container.encode(list)
        }
    }
}
