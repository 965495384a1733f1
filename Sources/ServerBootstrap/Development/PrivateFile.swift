import Foundation

/// A file that only its owner may read, written whole or not at all.
struct PrivateFile: Sendable {
    let url: URL

    /// The contents; nil if there is no such file.
    func read() throws -> Data? {
        guard FileManager.default.fileExists(atPath: self.url.path) else { return nil }
        do {
            return try Data(contentsOf: self.url)
        } catch {
            throw BootstrapError.instanceFile(self.url.path, reason: "cannot be read: \(error.localizedDescription)")
        }
    }

    /// Replaces the contents.
    func write(_ data: Data) throws {
        let draft = self.url.path + ".new"
        unlink(draft)
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw self.failure() }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        do {
            try handle.write(contentsOf: data)
            try handle.synchronize()
        } catch {
            throw BootstrapError.instanceFile(self.url.path, reason: "cannot be written: \(error.localizedDescription)")
        }
        guard rename(draft, self.url.path) == 0 else { throw self.failure() }
    }

    /// Removes it if it is there.
    func remove() throws {
        guard unlink(self.url.path) == 0 || errno == ENOENT else {
            throw BootstrapError.instanceFile(
                self.url.path, reason: "cannot be removed: \(String(cString: strerror(errno)))")
        }
    }

    private func failure() -> BootstrapError {
        .instanceFile(self.url.path, reason: "cannot be written: \(String(cString: strerror(errno)))")
    }
}
