import Foundation

/// Lets one at a time work in a folder, among all processes of the machine (flock(2)); ends with its holder.
struct FolderLock: Sendable {
    let url: URL

    /// Waits for the lock, at most this long, and holds it while the body runs.
    ///
    /// - Throws: ``ACMEError`` with code `cancelled`, `storage`, `busy` - that of `busy` is given - and the body's.
    func hold<Value: Sendable>(
        atMost limit: Duration, busy: ACMEError, cancelled: ACMEError,
        _ body: () async throws(ACMEError) -> Value
    ) async throws(ACMEError) -> Value {
        let descriptor = open(self.url.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .system("cannot be locked", self.url) }
        // Closing unlocks: no other descriptor refers to this opening of the file.
        defer { close(descriptor) }
        let deadline = ContinuousClock.now + limit
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else { throw .system("cannot be locked", self.url) }
            guard ContinuousClock.now < deadline else { throw busy }
            do {
                // The system tells nobody who does not block a thread when a lock is free: ask again.
                try await Task.sleep(for: .milliseconds(50))
            } catch {
                throw cancelled
            }
        }
        return try await body()
    }
}
