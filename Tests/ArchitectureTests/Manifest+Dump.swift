import Foundation

extension Manifest {
    /// What this package's manifest says; asked for once.
    static func current() async throws -> Manifest { try await dump.value }

    // Without a parent, because all tests share it, whichever asks first.
    private static let dump = Task { try await read() }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Reads what `swift package dump-package` prints.
    init(json: String) throws { self = try JSONDecoder().decode(Manifest.self, from: Data(json.utf8)) }

    private static func read() async throws -> Manifest {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("manifest-\(UUID().uuidString)", isDirectory: true)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let result = folder.appendingPathComponent("package.json")
        try Data().write(to: result)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        // A scratch folder of its own: the ordinary one is locked by the `swift test` that runs this.
        process.arguments = [
            "swift", "package", "--package-path", root.path, "--scratch-path", folder.path, "dump-package",
        ]
        process.standardOutput = try FileHandle(forWritingTo: result)
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in continuation.resume() }
            do {
                try process.run()
            } catch {
                continuation.resume(throwing: error)
            }
        }
        guard process.terminationStatus == 0 else {
            throw Failure(description: "swift package dump-package ended with \(process.terminationStatus)")
        }
        let manifest = try Manifest(json: String(contentsOf: result, encoding: .utf8))
        try FileManager.default.removeItem(at: folder)
        return manifest
    }
}
