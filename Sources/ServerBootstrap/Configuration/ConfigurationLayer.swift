import Configuration
import Foundation
import Synchronization

/// One of the places that a value can come from; the first that has one wins.
struct ConfigurationLayer: Sendable {
    let origin: ConfigurationOrigin
    private let snapshot: any ConfigSnapshot

    /// Values that a person gave with a command, or that a command settles.
    init(_ origin: ConfigurationOrigin, values: [Setting: String]) {
        self.origin = origin
        let pairs = values.map { (Self.key($0), ConfigValue(.string($1), isSecret: $0.holdsPassword)) }
        self.snapshot = InMemoryProvider(values: Dictionary(uniqueKeysWithValues: pairs)).snapshot()
    }

    /// The variables that begin with `BULKHEAD_`; empty ones count as absent.
    ///
    /// Under the names of ``Setting/variable``: those that the library would make of keys have no underscore behind a
    /// digit (`route53AccessKeyId`).
    init(environment: [String: String]) {
        let pairs = Setting.allCases.compactMap { setting in
            environment[setting.variable].flatMap { $0.isEmpty ? nil : (setting, $0) }
        }
        self.init(.environment, values: Dictionary(uniqueKeysWithValues: pairs))
    }

    private init(_ origin: ConfigurationOrigin, snapshot: any ConfigSnapshot) {
        self.origin = origin
        self.snapshot = snapshot
    }

    /// A file, and every key that it has.
    static func file(_ file: URL) throws -> (layer: ConfigurationLayer, keys: Set<String>) {
        let contents = try Data(contentsOf: file)
        let keys = KeyCollector()
        // The parser asks of each key whether its value is a secret, and so tells which keys there are.
        let options = YAMLSnapshot.ParsingOptions(
            secretsSpecifier: .dynamic { key, _ in
                keys.insert(key)
                return true
            })
        let snapshot = try YAMLSnapshot(data: contents.bytes, providerName: file.path, parsingOptions: options)
        return (ConfigurationLayer(.file(file.path), snapshot: snapshot), keys.all)
    }

    /// The value for a setting as text, a list with commas; nil if this layer has none.
    func value(of setting: Setting) throws -> String? {
        let key = Self.key(setting)
        guard setting.isList else { return try self.text(key) }
        do {
            let found = try self.snapshot.value(forKey: key, type: .stringArray).value
            guard case .stringArray(let list)? = found?.content else { return try self.text(key) }
            return list.joined(separator: ",")
        } catch {
            // Not a list: a text with commas is as good.
            return try self.text(key)
        }
    }

    private func text(_ key: AbsoluteConfigKey) throws -> String? {
        guard case .string(let text)? = try self.snapshot.value(forKey: key, type: .string).value?.content else {
            return nil
        }
        return text
    }

    private static func key(_ setting: Setting) -> AbsoluteConfigKey {
        AbsoluteConfigKey(setting.rawValue.split(separator: ".").map(String.init))
    }
}

/// The keys of a file while it is being read.
private final class KeyCollector: Sendable {
    private let keys = Mutex<Set<String>>([])

    var all: Set<String> { self.keys.withLock { $0 } }

    func insert(_ key: String) {
        self.keys.withLock { _ = $0.insert(key) }
    }
}
