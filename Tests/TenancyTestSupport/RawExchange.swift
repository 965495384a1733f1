import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// What came back on a connection, as bytes made text.
public struct RawReply: Sendable {
    /// Everything.
    public let text: String
    /// Whether the server closed the connection within a minute, as it was asked to.
    public let wasClosed: Bool

    /// The status of the first reply; 0 if there is none.
    public var status: Int {
        let start = "HTTP/1.1 "
        guard self.text.hasPrefix(start) else { return 0 }
        return Int(self.text.dropFirst(start.count).prefix(3)) ?? 0
    }

    init(text: String, wasClosed: Bool) {
        self.text = text
        self.wasClosed = wasClosed
    }

    /// Whether this occurs in it; quick, since it is asked a million times.
    func says(_ words: String) -> Bool { strstr(self.text, words) != nil }

    /// How many replies there are.
    public var repliesCount: Int { self.text.split(separator: "HTTP/1.1 ", omittingEmptySubsequences: false).count - 1 }

    /// The last part of the problem's type; nil if the reply is no problem.
    public var problem: String? {
        let mark = #""type":"https://bulkhead.dev/problems/"#
        return self.text.withCString { text in
            guard let found = strstr(text, mark) else { return nil }
            return String(cString: found + mark.utf8.count).split(separator: "\"").first.map(String.init)
        }
    }
}

/// Sends bytes as they are, and reads until the server closes: what no client library would let a test do.
public enum RawExchange {
    /// A call of the operating system failed.
    public struct Failure: Error {
        /// Which one.
        public let call: String
        /// `errno`.
        public let code: Int32
    }

    /// What the server on 127.0.0.1 answers to `text`; the request should ask to close the connection.
    public static func send(_ text: String, port: Int) async throws -> RawReply {
        try await self.blocking { try self.exchange(Array(text.utf8), port) }
    }

    /// Runs what blocks, which has no place on the cooperative threads.
    static func blocking<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            Self.queue.async { continuation.resume(with: Result { try body() }) }
        }
    }

    private static let queue = DispatchQueue(label: "raw-exchange", attributes: .concurrent)

    private static func exchange(_ bytes: [UInt8], _ port: Int) throws -> RawReply {
        let descriptor = try self.connect(port)
        defer { close(descriptor) }
        try self.send(bytes, descriptor)
        return try self.readAll(descriptor)
    }

    /// A connection that waits for a minute; whoever gets it closes it.
    static func connect(_ port: Int) throws -> Int32 {
        #if canImport(Glibc)
            let kind = Int32(SOCK_STREAM.rawValue)
        #else
            let kind = SOCK_STREAM
        #endif
        let descriptor = socket(AF_INET, kind, 0)
        guard descriptor >= 0 else { throw Failure(call: "socket", code: errno) }
        var limit = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Foundation.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else {
            let code = errno
            close(descriptor)
            throw Failure(call: "connect", code: code)
        }
        return descriptor
    }

    static func send(_ bytes: [UInt8], _ descriptor: Int32) throws {
        #if canImport(Glibc)
            let flags = Int32(MSG_NOSIGNAL)
        #else
            let flags: Int32 = 0
        #endif
        guard Foundation.send(descriptor, bytes, bytes.count, flags) == bytes.count else {
            throw Failure(call: "send", code: errno)
        }
    }

    private static func readAll(_ descriptor: Int32) throws -> RawReply {
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            // A server that has refused may reset the connection behind its answer.
            let isOver = count == 0 || errno == ECONNRESET
            if count <= 0, isOver || errno == EAGAIN {
                return RawReply(text: String(decoding: answer, as: UTF8.self), wasClosed: isOver)
            }
            guard count > 0 else { throw Failure(call: "recv", code: errno) }
            answer += buffer[..<count]
        }
    }
}
