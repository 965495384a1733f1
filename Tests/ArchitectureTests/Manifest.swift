import Foundation

/// The package as `swift package dump-package` describes it: what the arrows are drawn from.
struct Manifest: Decodable {
    let targets: [Target]

    struct Target: Decodable {
        enum Kind: String, Decodable {
            case regular, executable, test, system, plugin, macro, binary
        }

        let name: String
        let type: Kind
        let dependencies: [Dependency]
        let settings: [Setting]

        /// The names of targets of ours and of products of others, conditions left aside.
        var dependencyNames: Set<String> { Set(dependencies.map(\.name)) }
    }

    /// `{"byName":["Tenancy",null]}` or `{"product":["Crypto","swift-crypto",null,null]}`.
    struct Dependency: Decodable {
        let name: String

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: AnyKey.self)
            guard let key = container.allKeys.first else {
                throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "no kind"))
            }
            var parts = try container.nestedUnkeyedContainer(forKey: key)
            name = try parts.decode(String.self)
        }
    }

    /// `{"kind":{"enableUpcomingFeature":{"_0":"ExistentialAny"}},"tool":"swift"}`, kept as `name(argument)`.
    struct Setting: Decodable {
        let text: String

        private struct Argument: Decodable {
            let _0: String?
        }

        private enum Keys: CodingKey {
            case kind
        }

        init(from decoder: any Decoder) throws {
            let kind = try decoder.container(keyedBy: Keys.self).nestedContainer(keyedBy: AnyKey.self, forKey: .kind)
            guard let key = kind.allKeys.first else {
                throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "no kind"))
            }
            text = "\(key.stringValue)(\(try kind.decode(Argument.self, forKey: key)._0 ?? ""))"
        }
    }

    /// The folder of `Package.swift`.
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Everything a target is built from, directly or not, as far as it is in this package or named by it.
    func reach(of name: String) -> Set<String> {
        var reached: Set<String> = []
        var open = [name]
        while let next = open.popLast() {
            for dependency in target(next)?.dependencyNames ?? [] where reached.insert(dependency).inserted {
                open.append(dependency)
            }
        }
        return reached
    }

    func target(_ name: String) -> Target? { targets.first { $0.name == name } }

    /// What is shipped: no tests, and not what only tests use.
    var sources: [Target] { targets.filter { $0.type != .test && !$0.name.hasSuffix("TestSupport") } }
}

private struct AnyKey: CodingKey {
    let stringValue: String
    let intValue: Int? = nil

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}
