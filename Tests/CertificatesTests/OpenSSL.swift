import Foundation

/// The `openssl` command in a folder of its own: a second opinion about everything that has to do with certificates.
final class OpenSSL: Sendable {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let folder: URL

    init() throws {
        self.folder = FileManager.default.temporaryDirectory.appending(path: "certificates-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: self.folder, withIntermediateDirectories: true)
    }

    deinit {
        do { try FileManager.default.removeItem(at: self.folder) } catch { print("left behind: \(self.folder.path)") }
    }

    /// What the command prints.
    @discardableResult
    func run(_ arguments: String...) throws -> String {
        try self.run(arguments)
    }

    /// The same.
    @discardableResult
    func run(_ arguments: [String]) throws -> String {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments = arguments
        process.currentDirectoryURL = self.folder
        process.standardOutput = output
        process.standardError = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(description: text) }
        return text
    }

    func read(_ name: String) throws -> String {
        try String(contentsOf: self.folder.appending(path: name), encoding: .utf8)
    }

    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: self.folder.appending(path: name))
    }

    /// A certificate that has signed itself, for a key in a file.
    func certify(
        _ key: String, names: [String] = ["*.saas.test", "saas.test"], subject: String = "/CN=Some issuer"
    ) throws -> String {
        let list = names.map { "DNS:" + $0 }.joined(separator: ",")
        try self.run(
            "req", "-x509", "-key", key, "-subj", subject, "-days", "30", "-set_serial", "0x00ff10", "-out", "c.pem",
            "-addext", "subjectAltName=\(list)")
        return try self.read("c.pem")
    }
}
