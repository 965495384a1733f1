import Foundation
import NIOCore
import Synchronization
import Testing

/// A connection whose answer is read as it comes; closing it is a client that goes away.
final class LiveConnection: Sendable {
    private let descriptor: Int32
    private let received = Mutex<(bytes: [UInt8], isOver: Bool)>(([], false))

    /// Connects to a server on this machine and sends `text`.
    init(port: Int, sending text: String) throws {
        self.descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        let address = try SocketAddress(ipAddress: "127.0.0.1", port: port)
        let descriptor = self.descriptor
        guard address.withSockAddr({ connect(descriptor, $0, socklen_t($1)) }) == 0 else {
            throw RawSocket.Failure(call: "connect", code: errno)
        }
        let bytes = Array(text.utf8)
        guard send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
            throw RawSocket.Failure(call: "send", code: errno)
        }
        // A thread of its own: blocking calls have no place on the cooperative ones.
        Thread.detachNewThread { self.read() }
    }

    /// What has come so far.
    var text: String { String(decoding: self.received.withLock { $0.bytes }, as: UTF8.self) }
    /// Whether the server has closed.
    var isOver: Bool { self.received.withLock { $0.isOver } }

    /// Waits until the answer holds this text.
    func wait(for text: String, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await eventually(sourceLocation: sourceLocation) { self.text.contains(text) }
    }

    /// Goes away.
    func leave() {
        self.received.withLock { received in
            // Once closed, the number may be another connection's.
            if !received.isOver { shutdown(self.descriptor, Int32(SHUT_RDWR)) }
        }
    }

    private func read() {
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = recv(self.descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            self.received.withLock { $0.bytes += buffer[..<count] }
        }
        self.received.withLock { received in
            received.isOver = true
            close(self.descriptor)
        }
    }
}
