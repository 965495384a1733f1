import Synchronization

/// The end of what a program prints; what came before is forgotten.
final class OutputTail: Sendable {
    private let limit: Int
    private let bytes = Mutex<[UInt8]>([])

    /// - Parameter limit: How many bytes are kept.
    init(limit: Int) { self.limit = limit }

    func append(_ more: UnsafeRawBufferPointer) {
        self.bytes.withLock { bytes in
            bytes.append(contentsOf: more.suffix(self.limit))
            if bytes.count > self.limit { bytes.removeFirst(bytes.count - self.limit) }
        }
    }

    var text: String { self.bytes.withLock { String(decoding: $0, as: UTF8.self) } }
}
