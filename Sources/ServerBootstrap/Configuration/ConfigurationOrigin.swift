/// Where a value of the configuration comes from.
public enum ConfigurationOrigin: Sendable, Hashable, CustomStringConvertible {
    /// A flag of the command.
    case flag
    /// A `BULKHEAD_*` variable.
    case environment
    /// The file at this path.
    case file(String)
    /// The development instance in this folder.
    case instance(String)
    /// Nobody said anything.
    case standard

    /// For people: `flag`, `environment`, the file's name, `bulkhead dev in .bulkhead`, `default`.
    public var description: String {
        switch self {
        case .flag: return "flag"
        case .environment: return "environment"
        case .file(let path): return path
        case .instance(let folder): return "bulkhead dev in \(folder)"
        case .standard: return "default"
        }
    }

    var isInstance: Bool {
        if case .instance = self { return true }
        return false
    }

    /// How a person finds the value again: the variable's name, the file and the key.
    func place(of setting: Setting) -> String {
        switch self {
        case .environment: return setting.variable
        case .file(let path): return "\(path): \(setting.rawValue)"
        case .flag: return "the flag for \(setting.rawValue)"
        case .instance, .standard: return setting.variable
        }
    }
}
