import Foundation

@testable import LocalServers

/// The `curl` command: a client with a TLS library of its own.
struct Curl {
    /// How it ended.
    struct Answer {
        /// curl's own code: 0 done, 35 no handshake, 60 not trusted, and so on.
        let code: Int
        /// Status line, fields and body.
        let text: String
        /// What it complained about.
        let errors: String

        var body: String { String(self.text.split(separator: "\r\n\r\n", maxSplits: 1).last ?? "") }
        var status: String { String(self.text.prefix { $0 != "\r\n" }).trimmingCharacters(in: .whitespaces) }

        /// The values of a field.
        func values(_ name: String) -> [String] {
            self.text.split(separator: "\r\n\r\n", maxSplits: 1)[0].split(separator: "\r\n").dropFirst().compactMap {
                let parts = $0.split(separator: ":", maxSplits: 1)
                guard parts.count == 2, parts[0].lowercased() == name else { return nil }
                return parts[1].trimmingCharacters(in: .whitespaces)
            }
        }
    }

    /// Fetches `path` of `host`, which is taken to be 127.0.0.1, over TLS.
    static func get(
        _ path: String = "/", host: String = "acme.saas.test", port: Int, trusting authority: String,
        _ options: String...
    ) async throws -> Answer {
        let folder = try TemporaryFolder()
        let file = try folder.write(authority, to: "ca.pem")
        return try await Self.run(
            ["--cacert", file, "--resolve", "\(host):\(port):127.0.0.1"] + options
                + ["https://\(host):\(port)\(path)"])
    }

    static func run(_ arguments: [String]) async throws -> Answer {
        let result = try await Tool(arguments: ["/usr/bin/curl", "-sS", "-i", "--max-time", "30"] + arguments).run()
        guard case .exited(let code) = result.status else { throw CancellationError() }
        return Answer(code: Int(code), text: result.output, errors: result.errors)
    }
}

/// A folder of a test's own.
final class TemporaryFolder: Sendable {
    let url: URL

    init() throws {
        self.url = FileManager.default.temporaryDirectory.appending(path: "tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: self.url, withIntermediateDirectories: true)
    }

    deinit {
        do { try FileManager.default.removeItem(at: self.url) } catch { print("left behind: \(self.url.path)") }
    }

    /// The path of a file, written in place.
    @discardableResult
    func write(_ text: String, to name: String) throws -> String {
        let file = self.url.appending(path: name)
        try Data(text.utf8).write(to: file)
        return file.path
    }
}
