import Foundation

/// The folder of one server: what its owner keeps (`lock`, `server.log`, passwords) and a `home` for the server.
///
/// When this process is root, `home` belongs to the unprivileged user the server runs as. If that user cannot reach
/// the folder - a clone under `/root`, say - `home` is a link to a folder of its own under `/var/lib/bulkhead`.
struct ServerFolder: Sendable {
    /// What the caller named.
    let directory: URL
    /// Where the server itself reads and writes, with links resolved.
    let home: URL
    let user: UnprivilegedUser?

    var log: URL { directory.appendingPathComponent("server.log") }

    private static let elsewhere = URL(fileURLWithPath: "/var/lib/bulkhead", isDirectory: true)

    /// Makes what is missing of the folder.
    static func open(_ directory: URL, user: UnprivilegedUser?) async throws -> ServerFolder {
        let directory = directory.absoluteURL.standardizedFileURL
        guard !directory.path.contains("\n") else {
            throw LocalServerError(.folderUnusable, "The folder's path contains a line break; choose another folder.")
        }
        let home = directory.appendingPathComponent("home", isDirectory: true)
        do {
            try makeFolder(directory, mode: user == nil ? 0o700 : 0o711, owner: nil)
            try await makeHome(home, in: directory, user: user)
        } catch let error as LocalServerError {
            throw error
        } catch {
            throw LocalServerError(
                .folderUnusable, "The folder \(directory.path) cannot be made or used.", cause: error)
        }
        return ServerFolder(directory: directory, home: home.resolvingSymlinksInPath(), user: user)
    }

    private static func makeHome(_ home: URL, in directory: URL, user: UnprivilegedUser?) async throws {
        let files = FileManager.default
        if files.fileExists(atPath: home.path) { return }
        if let target = symbolicLinkTarget(home) {
            throw LocalServerError(
                .folderUnusable,
                "The data of \(directory.path) were in \(target), which is gone. Remove \(home.path) to start anew.")
        }
        if try await canReach(directory, as: user) {
            return try makeFolder(home, mode: 0o700, owner: user)
        }
        try makeFolder(elsewhere, mode: 0o755, owner: nil)
        let target = elsewhere.appendingPathComponent(UUID().uuidString.lowercased(), isDirectory: true)
        try makeFolder(target, mode: 0o700, owner: user)
        try files.createSymbolicLink(at: home, withDestinationURL: target)
    }

    /// Removes everything, wherever it lies.
    func remove() async throws {
        // By a tool, because what is removed may be thousands of files: that blocks its own process only. Twice,
        // because the last processes of a killed server may still be writing.
        let tool = Tool(arguments: ["/bin/rm", "-rf", "--", home.path, directory.path])
        if try await !tool.run().status.isSuccess { _ = try await tool.output(for: "Removing \(directory.path)") }
    }

    /// Makes a folder, unless it exists, with a mode and an owner.
    static func makeFolder(_ folder: URL, mode: Int, owner: UnprivilegedUser?) throws {
        let files = FileManager.default
        var isFolder: ObjCBool = false
        if files.fileExists(atPath: folder.path, isDirectory: &isFolder) {
            guard isFolder.boolValue else {
                throw LocalServerError(.folderUnusable, "\(folder.path) is a file; choose another folder.")
            }
            return
        }
        let parent = folder.deletingLastPathComponent()
        try files.createDirectory(at: parent, withIntermediateDirectories: true)
        try files.createDirectory(
            at: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: mode])
        // The mode above passes through the umask; this one does not.
        try files.setAttributes([.posixPermissions: mode], ofItemAtPath: folder.path)
        try give(folder, to: owner)
    }

    /// Makes a user the owner of a file or folder.
    static func give(_ item: URL, to user: UnprivilegedUser?) throws {
        guard let user else { return }
        guard chown(item.path, user.uid, user.gid) == 0 else { throw LocalServerError.system("chown \(item.path)") }
    }

    /// Writes a file that only its owner reads, in one piece or not at all.
    static func write(_ text: String, to file: URL, owner: UnprivilegedUser?) throws {
        let draft = file.appendingPathExtension("new")
        unlink(draft.path)
        let descriptor = Foundation.open(draft.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw LocalServerError.system("cannot write \(draft.path)") }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        try handle.write(contentsOf: Data(text.utf8))
        try give(draft, to: owner)
        guard rename(draft.path, file.path) == 0 else { throw LocalServerError.system("cannot write \(file.path)") }
    }

    private static func canReach(_ directory: URL, as user: UnprivilegedUser?) async throws -> Bool {
        guard let user else { return true }
        let attempt = ["/bin/sh", "-c", "cd -- \"$1\"", "sh", directory.path]
        return try await Tool(arguments: user.prefix + attempt).run().status.isSuccess
    }

    private static func symbolicLinkTarget(_ link: URL) -> String? {
        // Fails for what is not a link, which is the question.
        try? FileManager.default.destinationOfSymbolicLink(atPath: link.path)
    }
}
