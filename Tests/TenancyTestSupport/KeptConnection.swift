import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// A connection that many requests go over, some at a time: for more of them than connections can be made in a test.
///
/// Blocks; belongs to one thread.
final class KeptConnection {
    private let descriptor: Int32
    private var heard: [UInt8] = []
    private var position = 0
    private var buffer = [UInt8](repeating: 0, count: 65_536)

    init(port: Int) throws {
        self.descriptor = try RawExchange.connect(port)
    }

    deinit { close(self.descriptor) }

    func send(_ text: String) throws { try RawExchange.send(Array(text.utf8), self.descriptor) }

    /// The next reply, head and body; nil at the end of the connection.
    func reply(toHead: Bool) throws -> String? {
        while true {
            if let reply = self.takeReply(toHead: toHead) { return reply }
            let count = recv(self.descriptor, &self.buffer, self.buffer.count, 0)
            if count == 0 || (count < 0 && errno == ECONNRESET) { return nil }
            guard count > 0 else { throw RawExchange.Failure(call: "recv", code: errno) }
            self.heard.removeFirst(self.position)
            self.position = 0
            self.heard += self.buffer[..<count]
        }
    }

    /// All answers under test have a length.
    private func takeReply(toHead: Bool) -> String? {
        let rest = self.heard[self.position...]
        guard let head = Self.end(of: rest) else { return nil }
        let text = String(decoding: rest[..<head], as: UTF8.self)
        let length = toHead ? 0 : Self.length(text)
        guard rest.endIndex - head >= length else { return nil }
        defer { self.position = head + length }
        return text + String(decoding: rest[head..<head + length], as: UTF8.self)
    }

    private static func end(of bytes: ArraySlice<UInt8>) -> Int? {
        bytes.withUnsafeBufferPointer { pointer in
            var index = 3
            while index < pointer.count {
                if pointer[index] == 10, pointer[index - 1] == 13, pointer[index - 2] == 10, pointer[index - 3] == 13 {
                    return bytes.startIndex + index + 1
                }
                index += 1
            }
            return nil
        }
    }

    private static func length(_ head: String) -> Int {
        for line in head.split(separator: "\r\n") where line.lowercased().hasPrefix("content-length:") {
            return Int(line.dropFirst(15).trimmingCharacters(in: .whitespaces)) ?? 0
        }
        return 0
    }
}
