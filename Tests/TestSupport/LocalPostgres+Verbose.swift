import Foundation
public import LocalServers

extension LocalPostgres {
    /// Everything that `psql` prints for statements, notices included; errors do not stop it.
    public func verboseOutput(of statements: [String], uri: String) async throws -> String {
        let program = self.installation.binDirectory.appending(path: "psql")
        let arguments = ["-X", "-A", "-t", uri] + statements.flatMap { ["-c", $0] }
        return try await withCheckedThrowingContinuation { continuation in
            // A blocking read, so on a thread of its own.
            Thread.detachNewThread {
                let process = Process()
                let pipe = Pipe()
                process.executableURL = program
                process.arguments = arguments
                process.standardOutput = pipe
                process.standardError = pipe
                do {
                    try process.run()
                    let output = pipe.fileHandleForReading.readDataToEndOfFile()
                    process.waitUntilExit()
                    continuation.resume(returning: String(decoding: output, as: UTF8.self))
                } catch {
                    continuation.resume(throwing: error)
                }
            }
        }
    }
}
