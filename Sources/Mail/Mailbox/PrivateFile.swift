import Foundation

/// Files and folders that only their owner can read.
enum PrivateFile {
    /// Makes a folder with mode 0700, unless it exists.
    static func makeFolder(_ folder: URL) throws {
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        // The mode above passes through the umask, and an older folder had its own.
        try self.check(chmod(folder.path, 0o700))
    }

    /// Writes a file with mode 0600; it appears under its name whole or not at all.
    static func write(_ data: Data, to file: URL) throws {
        let draft = file.appendingPathExtension("new")
        try self.remove(draft)
        let descriptor = open(draft.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        try self.check(descriptor)
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        try handle.write(contentsOf: data)
        try handle.close()
        try self.check(rename(draft.path, file.path))
    }

    /// Removes a file; there may be none.
    static func remove(_ file: URL) throws {
        guard unlink(file.path) != 0, errno != ENOENT else { return }
        try self.check(-1)
    }

    private static func check(_ result: Int32) throws {
        guard result < 0 else { return }
        throw POSIXError(POSIXError.Code(rawValue: errno) ?? .EIO)
    }
}
