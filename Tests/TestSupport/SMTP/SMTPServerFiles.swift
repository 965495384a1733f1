import Foundation
import Synchronization

/// The files by which a test's SMTP server is told what to do and tells what it did.
enum SMTPServerFiles {
    private struct Setup: Encodable {
        let security: SMTPServer.Options.Security
        let port: Int
        let username: String?
        let password: String?
        let maximumSize: Int
    }

    /// Held while the rules are read and written again.
    private static let rules = Mutex<[String: [String: SMTPBehaviour]]>([:])

    static func write(_ options: SMTPServer.Options, port: Int, to folder: URL) throws {
        let setup = Setup(
            security: options.security, port: port, username: options.username, password: options.password,
            maximumSize: options.maximumSize)
        try JSONEncoder().encode(setup).write(to: folder.appending(path: "setup.json"))
        let certificate = options.certificate == .valid ? SMTPCertificates.localhost : SMTPCertificates.otherHost
        for (name, text) in [
            ("server.py", SMTPServerProgram.text), ("server.pem", certificate), ("ca.pem", SMTPCertificates.authority),
        ] {
            try Data(text.utf8).write(to: folder.appending(path: name))
        }
    }

    static func setRule(_ behaviour: SMTPBehaviour, for recipient: String?, in folder: URL) throws {
        try self.rules.withLock { all in
            var behaviour = behaviour.renewed
            behaviour.recipient = recipient
            all[folder.path, default: [:]][recipient ?? ""] = behaviour
            let data = try JSONEncoder().encode(Array(all[folder.path, default: [:]].values))
            try data.write(to: folder.appending(path: "rules.json"), options: .atomic)
        }
    }

    static func lines<Line: Decodable>(of name: String, in folder: URL) throws -> [Line] {
        let file = folder.appending(path: name)
        guard FileManager.default.fileExists(atPath: file.path) else { return [] }
        var parts = try Data(contentsOf: file).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        // What follows the last line feed is nothing, or a line that is being written.
        parts.removeLast()
        return try parts.map { try JSONDecoder().decode(Line.self, from: Data($0)) }
    }
}
