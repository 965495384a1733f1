import Foundation

/// A file that only its owner may read, written whole or not at all.
struct OwnFile: Sendable {
    let url: URL

    /// The contents; nil if there is no such file.
    func read() throws(ACMEError) -> Data? {
        guard FileManager.default.fileExists(atPath: self.url.path) else { return nil }
        do {
            return try Data(contentsOf: self.url)
        } catch {
            throw .storage("has a file that cannot be read", "\(self.url.path): \(error.localizedDescription)")
        }
    }

    /// Replaces the contents; after a crash either the old or the new ones are there.
    func write(_ data: Data) throws(ACMEError) {
        let draft = self.url.appendingPathExtension("new")
        // Left by a process that was killed.
        unlink(draft.path)
        let descriptor = open(draft.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .system("cannot be written to", draft) }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        do {
            try handle.write(contentsOf: data)
            try handle.synchronize()
        } catch {
            throw .storage("cannot be written to", "\(draft.path): \(error.localizedDescription)")
        }
        guard rename(draft.path, self.url.path) == 0 else { throw .system("cannot be written to", self.url) }
    }

    /// Renames it, so that it is out of the way but not lost; what was set aside before is.
    func setAside() throws(ACMEError) {
        let aside = self.url.appendingPathExtension("old")
        guard rename(self.url.path, aside.path) == 0 || errno == ENOENT else {
            throw .system("cannot be written to", self.url)
        }
    }
}
