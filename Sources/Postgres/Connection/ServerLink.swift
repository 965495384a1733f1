import CLibPQ

/// An open `PGconn` on its way from the thread that opened it to the I/O thread. Closed if it never gets there.
// Handed over through a mailbox, so that only one thread at a time has it.
final class ServerLink: @unchecked Sendable {
    private var pointer: OpaquePointer?

    init(_ pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit {
        if let pointer = self.pointer { PQfinish(pointer) }
    }

    /// The connection, which the caller now has to close.
    ///
    /// Once only.
    func take() -> OpaquePointer {
        guard let pointer = self.pointer else { preconditionFailure("a link is taken once") }
        self.pointer = nil
        return pointer
    }
}

/// A cancel request that can be sent from another thread while the connection is in use (manual, section 34.7).
// PQcancel only reads the structure, which nobody else has.
final class CancelHandle: @unchecked Sendable {
    private let pointer: OpaquePointer

    init?(for connection: OpaquePointer) {
        guard let pointer = PQgetCancel(connection) else { return nil }
        self.pointer = pointer
    }

    deinit {
        PQfreeCancel(self.pointer)
    }

    /// Asks the server to stop what the connection is doing.
    ///
    /// Blocks until the server has taken note.
    func send() {
        var message = [CChar](repeating: 0, count: 256)
        // A request that does not arrive is noticed by the statement going on, for which there is a grace time.
        PQcancel(self.pointer, &message, Int32(message.count))
    }
}
