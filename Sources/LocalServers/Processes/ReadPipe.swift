import Foundation
import Synchronization

/// A pair of sockets whose write end goes to a child and whose read end is read to its end on a thread of its own.
final class ReadPipe: Sendable {
    private let readEnd: Int32
    private let open: Mutex<(read: Bool, write: Bool)>
    /// For the child; close it in this process once the child has it, or the end is never seen.
    let writeEnd: Int32

    init() throws(LocalServerError) {
        (readEnd, writeEnd) = try SocketPair.make()
        open = Mutex((true, true))
    }

    deinit {
        open.withLock { open in
            if open.read { close(readEnd) }
            if open.write { close(writeEnd) }
        }
    }

    func closeWriteEnd() {
        open.withLock { open in
            if open.write { close(writeEnd) }
            open.write = false
        }
    }

    /// Everything until the last holder of the write end closes it.
    func readAll() async -> String {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: self.readBlocking()) }
        }
    }

    private func readBlocking() -> String {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = read(readEnd, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            if count <= 0 { break }
            bytes.append(contentsOf: chunk[..<count])
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
