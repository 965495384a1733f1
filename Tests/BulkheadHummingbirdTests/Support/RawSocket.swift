import Foundation
import NIOCore
import Testing

/// Sends bytes as they are, and reads until the server closes: what no client library would let a test do.
enum RawSocket {
    struct Failure: Error {
        let call: String
        let code: Int32
    }

    /// What the server at `port` answers to `text`, all of it; the request should ask to close the connection.
    static func exchange(_ text: String, port: Int) async throws -> String {
        try await withCheckedThrowingContinuation { continuation in
            // A thread of its own: blocking calls have no place on the cooperative ones.
            Thread.detachNewThread {
                continuation.resume(with: Result { try self.blockingExchange(Array(text.utf8), port: port) })
            }
        }
    }

    private static func blockingExchange(_ bytes: [UInt8], port: Int) throws -> String {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw Failure(call: "socket", code: errno) }
        defer { close(descriptor) }
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        let address = try SocketAddress(ipAddress: "127.0.0.1", port: port)
        let connected = address.withSockAddr { connect(descriptor, $0, socklen_t($1)) }
        guard connected == 0 else { throw Failure(call: "connect", code: errno) }
        guard send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
            throw Failure(call: "send", code: errno)
        }
        return try self.readAll(descriptor)
    }

    private static func readAll(_ descriptor: Int32) throws -> String {
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count == 0 { return String(decoding: answer, as: UTF8.self) }
            guard count > 0 else { throw Failure(call: "recv", code: errno) }
            answer += buffer[..<count]
        }
    }
}
