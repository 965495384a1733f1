import Foundation

/// A lock on a server's folder, held by the process that owns the server and released by the system at its death.
///
/// It tells an orphan (a server whose owner was killed, to be stopped) from a server in use (never to be touched).
final class FolderLock: Sendable {
    private let descriptor: Int32

    /// Takes the lock, or throws `folderInUse` naming the process that holds it.
    init(_ folder: URL) throws(LocalServerError) {
        let path = folder.appendingPathComponent("lock").path
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw LocalServerError(.folderUnusable, "The folder \(folder.path) cannot be used: \(lastSystemError()).")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            var buffer = [UInt8](repeating: 0, count: 32)
            let count = max(0, read(descriptor, &buffer, buffer.count))
            let owner = String(decoding: buffer[..<count], as: UTF8.self).trimmingCharacters(
                in: .whitespacesAndNewlines)
            close(descriptor)
            throw LocalServerError(
                .folderInUse,
                "The folder \(folder.path) is in use by process \(owner). Stop that one, or choose another folder.")
        }
        let text = Array("\(getpid())\n".utf8)
        ftruncate(descriptor, 0)
        _ = pwrite(descriptor, text, text.count, 0)
        self.descriptor = descriptor
    }

    deinit {
        // Closing alone would not do while a child that is just being started still has a copy of the descriptor.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }
}
