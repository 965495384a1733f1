import Foundation
import Testing

@testable import ServerBootstrap

/// A configuration of variables and a file, read without a server.
struct ConfigurationTrial {
    private static let needed = [
        "BULKHEAD_BASE_DOMAIN=saas.test", "BULKHEAD_DATABASE_URL=postgresql://bulkhead_control:x@db/bulkhead",
        "BULKHEAD_APP_DATABASE_URL=postgresql://bulkhead_app:x@db/bulkhead", "BULKHEAD_SECRET_FILE=/etc/secret",
    ]

    private let variables: [String: String]
    private let yaml: String

    /// Variables as `NAME=value`, over those without which nothing is complete.
    init(_ assignments: String..., yaml: String = "") {
        self.init(assignments, yaml: yaml)
    }

    /// The same.
    init(_ assignments: [String], yaml: String = "") {
        let pairs = (Self.needed + assignments).map { text in
            let equals = text.firstIndex(of: "=") ?? text.endIndex
            return (String(text[..<equals]), String(text[equals...].dropFirst()))
        }
        self.variables = Dictionary(pairs) { $1 }
        self.yaml = yaml
    }

    /// The configuration, if nothing is wrong.
    func configuration() throws -> ServerConfiguration { try self.read().configuration }

    /// The value that is in force and shown for a setting.
    func shown(_ setting: Setting) throws -> String? {
        try self.read().values.first { $0.key == setting.rawValue }?.value
    }

    /// Everything that is shown.
    func everything() throws -> String {
        try self.read().values.map { "\($0.key)=\($0.value ?? "")" }.joined(separator: "\n")
    }

    /// What is complained about, as `NAME detail`; the values, if they are shown, after it.
    func problems() throws -> [String] {
        do {
            _ = try self.read()
            return []
        } catch let error as ConfigurationError {
            return error.problems.map { "\($0.place) \($0.detail)" }
        }
    }

    /// The configuration of an edge, if nothing is wrong.
    func edge() throws -> EdgeSettings { try self.reading { try $0.readEdge().configuration } }

    /// What is complained about in the configuration of an edge.
    func edgeProblems() throws -> [String] {
        do {
            _ = try self.edge()
            return []
        } catch let error as ConfigurationError {
            return error.problems.map { "\($0.place) \($0.detail)" }
        }
    }

    private func read() throws -> (configuration: ServerConfiguration, values: [EffectiveValue]) {
        try self.reading { try $0.read() }
    }

    private func reading<Value>(_ body: (ConfigurationReader) throws -> Value) throws -> Value {
        let folder = FileManager.default.temporaryDirectory.appending(path: "bulkhead-config-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer {
            // What a test leaves in the system's temporary folder harms nobody.
            try? FileManager.default.removeItem(at: folder)
        }
        if !self.yaml.isEmpty { try Data(self.yaml.utf8).write(to: folder.appending(path: "bulkhead.yaml")) }
        return try body(ConfigurationReader(flags: [:], environment: self.variables, folder: folder))
    }
}
