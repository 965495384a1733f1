import Foundation
import Synchronization

/// A pair of sockets between an owner and a guardian; its end at the guardian tells that the owner has died.
///
/// Sockets, because writing to a pipe whose reader is gone would kill the owner with SIGPIPE.
final class Lifeline: Sendable {
    /// For the guardian's standard input.
    let childEnd: Int32
    private let ownerEnd: Int32
    private let open: Mutex<(child: Bool, owner: Bool)>

    init() throws(LocalServerError) {
        (ownerEnd, childEnd) = try SocketPair.make()
        open = Mutex((child: true, owner: true))
    }

    deinit {
        closeChildEnd()
        closeOwnerEnd()
    }

    func send(_ text: String) {
        open.withLock { open in
            guard open.owner else { return }
            #if canImport(Darwin)
                let flags: Int32 = 0
            #else
                let flags = Int32(MSG_NOSIGNAL)
            #endif
            // A guardian that has just ended cannot be told anything, and need not be.
            _ = Array(text.utf8).withUnsafeBytes { Foundation.send(ownerEnd, $0.baseAddress, $0.count, flags) }
        }
    }

    func closeChildEnd() {
        open.withLock { open in
            if open.child { close(childEnd) }
            open.child = false
        }
    }

    func closeOwnerEnd() {
        open.withLock { open in
            if open.owner { close(ownerEnd) }
            open.owner = false
        }
    }
}
