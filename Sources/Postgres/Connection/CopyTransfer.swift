/// The rows of a `COPY ...
///
/// TO STDOUT` between the socket and the sink. Belongs to the I/O thread.
///
/// Bounded: when the sink is slow the socket is no longer read, so that the server waits.
final class CopyTransfer {
    typealias Waiter = CheckedContinuation<[UInt8]?, any Error>

    enum Phase {
        case starting
        case streaming
        case ending
        case finished
    }

    static let chunkSize = 64 * 1024
    static let bufferLimit = 1024 * 1024

    var phase = Phase.starting
    private var failure: PostgresError?
    private var chunks = FIFO<[UInt8]>()
    private var current: [UInt8] = []
    private var bufferedBytes = 0
    private(set) var waiterID: RequestID?
    private var waiter: Waiter?
    /// Whether what arrives is thrown away, since nobody wants it any more.
    private(set) var isDiscarding = false

    var isFull: Bool { self.bufferedBytes >= Self.bufferLimit && !self.isDiscarding }

    func append(_ bytes: UnsafeRawBufferPointer) {
        guard !self.isDiscarding else { return }
        self.current.append(contentsOf: bytes)
        self.bufferedBytes += bytes.count
        if self.current.count >= Self.chunkSize { self.closeChunk() }
    }

    func fail(_ error: PostgresError) {
        if self.failure == nil { self.failure = error }
    }

    func discard() {
        self.isDiscarding = true
        self.chunks = FIFO()
        self.current = []
        self.bufferedBytes = 0
    }

    func wait(_ id: RequestID, _ waiter: Waiter) {
        self.waiterID = id
        self.waiter = waiter
    }

    /// Ends the wait for a chunk early.
    func stopWaiting(_ error: PostgresError) {
        self.waiter?.resume(throwing: error)
        self.waiter = nil
        self.waiterID = nil
    }

    /// Hands a chunk, the end or the failure to who waits for it.
    func deliver() {
        guard let waiter = self.waiter else { return }
        if self.chunks.isEmpty, !self.current.isEmpty { self.closeChunk() }
        if let chunk = self.chunks.popFirst() {
            self.bufferedBytes -= chunk.count
            waiter.resume(returning: chunk)
        } else if self.phase == .finished {
            if let failure = self.failure { waiter.resume(throwing: failure) } else { waiter.resume(returning: nil) }
        } else {
            return
        }
        self.waiter = nil
        self.waiterID = nil
    }

    private func closeChunk() {
        self.chunks.append(self.current)
        self.current = []
        self.current.reserveCapacity(Self.chunkSize + Self.chunkSize / 4)
    }
}
