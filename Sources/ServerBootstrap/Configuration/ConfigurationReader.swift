public import Foundation

/// Reads the configuration from where it can be: flags, then `BULKHEAD_*` variables, then `bulkhead.yaml`, then
/// defaults.
public struct ConfigurationReader: Sendable {
    /// Variables that begin with `BULKHEAD_` and are no settings.
    private static let otherVariables: Set<String> = [Self.fileVariable, "BULKHEAD_LONG_TESTS"]
    /// The variable that names the file.
    public static let fileVariable = "BULKHEAD_CONFIG_FILE"
    /// The file that is read if nobody names one.
    public static let standardFile = "bulkhead.yaml"

    private var layers: [ConfigurationLayer] = []
    private var problems: [ConfigurationProblem] = []

    /// Finds the layers.
    ///
    /// - Parameters:
    ///   - flags: what the command line says.
    ///   - environment: all variables; those that do not begin with `BULKHEAD_` are left alone.
    ///   - file: the file that a flag names; nil for the one that the environment names, else ``standardFile`` if there
    ///     is one.
    ///   - folder: where ``standardFile`` is looked for.
    public init(flags: [Setting: String], environment: [String: String], file: URL? = nil, folder: URL) {
        self.layers.append(ConfigurationLayer(.flag, values: flags))
        self.layers.append(ConfigurationLayer(environment: environment))
        self.checkVariables(environment)
        let named = file ?? environment[Self.fileVariable].map { URL(fileURLWithPath: $0, relativeTo: folder) }
        let candidate = named ?? folder.appending(path: Self.standardFile)
        if named != nil || FileManager.default.fileExists(atPath: candidate.path) { self.read(candidate) }
    }

    /// Whether somebody has said which database to use.
    public var namesDatabase: Bool {
        // What cannot be read is somebody's word too, and reported later.
        self.layers.contains { (try? $0.value(of: .databaseURL)) ?? nil != nil }
    }

    /// Adds what a development instance settles: above everything else, or below.
    public mutating func add(_ values: [Setting: String], ofInstanceIn folder: String, above: Bool) {
        let layer = ConfigurationLayer(.instance(folder), values: values)
        if above { self.layers.insert(layer, at: 0) } else { self.layers.append(layer) }
    }

    /// Checks everything.
    ///
    /// - Returns: the configuration, and every value with its origin.
    /// - Throws: ``ConfigurationError`` with every problem.
    public func read() throws -> (configuration: ServerConfiguration, values: [EffectiveValue]) {
        var draft = ConfigurationDraft(layers: self.layers, problems: self.problems)
        let configuration = draft.assemble()
        guard let configuration, draft.problems.isEmpty else { throw ConfigurationError(problems: draft.problems) }
        return (configuration, draft.values)
    }

    /// Checks everything that an edge needs.
    ///
    /// - Returns: the configuration, and every value with its origin.
    /// - Throws: ``ConfigurationError`` with every problem.
    public func readEdge() throws -> (configuration: EdgeSettings, values: [EffectiveValue]) {
        var draft = ConfigurationDraft(layers: self.layers, problems: self.problems)
        let configuration = draft.assembleEdge()
        guard let configuration, draft.problems.isEmpty else { throw ConfigurationError(problems: draft.problems) }
        return (configuration, draft.values)
    }

    /// Checks where the pooler's console is, and nothing else; nil if nobody has said it.
    ///
    /// - Throws: ``ConfigurationError``.
    public func readPoolerURL() throws -> DatabaseURL? {
        var draft = ConfigurationDraft(layers: self.layers, problems: self.problems)
        let url = draft.poolerURL()
        guard draft.problems.isEmpty else { throw ConfigurationError(problems: draft.problems) }
        return url
    }

    private mutating func read(_ file: URL) {
        do {
            let (layer, keys) = try ConfigurationLayer.file(file)
            self.layers.append(layer)
            let known = Set(Setting.allCases.map(\.rawValue))
            for key in keys.subtracting(known).sorted() {
                self.problems.append(
                    ConfigurationProblem(
                        place: "\(file.path): \(key)", detail: "is no setting\(Self.hint(key, among: known.sorted()))"))
            }
        } catch {
            self.problems.append(
                ConfigurationProblem(
                    place: file.path,
                    detail: "cannot be read as a YAML mapping (\(Self.reason(error))); mend it or remove it"))
        }
    }

    private mutating func checkVariables(_ environment: [String: String]) {
        let known = Set(Setting.allCases.map(\.variable)).union(Self.otherVariables)
        for name in environment.keys.sorted() where name.hasPrefix(Setting.variablePrefix) && !known.contains(name) {
            let detail = "is no setting\(Self.hint(name, among: known.sorted()))"
            self.problems.append(ConfigurationProblem(place: name, detail: detail))
        }
    }

    private static func hint(_ name: String, among known: [String]) -> String {
        guard let nearest = Spelling(name).nearest(among: known) else { return "; remove it" }
        return "; did you mean \(nearest)?"
    }

    private static func reason(_ error: any Error) -> String {
        let text = error is CocoaError ? error.localizedDescription : String(describing: error)
        return text.split(separator: "\n").first.map(String.init) ?? "unknown"
    }
}
