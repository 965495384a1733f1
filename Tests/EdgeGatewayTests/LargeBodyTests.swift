import EdgeGateway
import EdgeTestSupport
import Foundation
import NIOCore
import Synchronization
import Testing

/// What one side has sent while the other takes nothing is what lies in between, in memory and in the sockets.
///
/// The memory of the process is looked at where the edge is one, in `EdgeRoleTests`.
@Suite("200 MB", .serialized, .timeLimit(.minutes(3)))
struct LargeBodyTests {
    static let total = 200 * 1024 * 1024
    private static let piece = ByteBuffer(repeating: 0x78, count: 1024 * 1024)

    /// Waits until a count has not moved for a while: everything on the way is full.
    static func standstill(of count: borrowing Atomic<Int>) async throws -> Int {
        var last = 0
        var still = 0
        // Long enough for a machine that is busy with something else.
        while still < 10 {
            let now = count.load(ordering: .relaxed)
            still = now == last && now > 0 ? still + 1 : 0
            last = now
            // What stands still gives no sign.
            try await Task.sleep(for: .milliseconds(200))
        }
        return last
    }

    @Test("down to a reader who goes to sleep: the upstream is held up, and everything arrives")
    func download() async throws {
        let sent = Counter()
        let script = Backend.then { wire in
            try await wire.send("HTTP/1.1 200 OK\r\nContent-Length: \(Self.total)\r\n\r\n")
            for _ in 0..<(Self.total / Self.piece.readableBytes) {
                try await wire.push(Self.piece)
                sent.value.wrappingAdd(Self.piece.readableBytes, ordering: .relaxed)
            }
        }
        try await Backend.use(script) { backend in
            try await Edge.use(before: backend.port) { edge in
                try await Wire.open(edge.port) { wire in
                    try await wire.send(Edge.request())
                    let head = try #require(try await wire.head())
                    #expect(head["content-length"] == "\(Self.total)")
                    let stuck = try await Self.standstill(of: sent.value)
                    #expect(stuck < 40 * 1024 * 1024)
                    var received = 0
                    while received < Self.total, let piece = try await wire.piece() { received += piece.readableBytes }
                    #expect(received == Self.total)
                }
            }
        }
    }

    @Test("up to an upstream that goes to sleep: the client is held up, and everything arrives")
    func upload() async throws {
        let (wakes, wake) = AsyncStream.makeStream(of: Void.self)
        let received = Counter()
        let script = Backend.then { wire in
            for await _ in wakes { break }
            var count = 0
            while count < Self.total, let piece = try await wire.piece() { count += piece.readableBytes }
            received.value.store(count, ordering: .relaxed)
            try await wire.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        }
        let sent = Counter()
        try await Backend.use(script) { backend in
            try await Edge.use(before: backend.port, changing: { $0.bodyLimit = nil }) { edge in
                try await Wire.open(edge.port) { wire in
                    try await wire.send(Edge.request("PUT", "/", ["Content-Length: \(Self.total)"]))
                    async let woken: Void = {
                        let amount = try await Self.standstill(of: sent.value)
                        #expect(amount < 40 * 1024 * 1024)
                        wake.finish()
                    }()
                    for _ in 0..<(Self.total / Self.piece.readableBytes) {
                        try await wire.push(Self.piece)
                        sent.value.wrappingAdd(Self.piece.readableBytes, ordering: .relaxed)
                    }
                    try await woken
                    let answer = try await wire.answer()
                    #expect(answer.body == "ok")
                    #expect(received.value.load(ordering: .relaxed) == Self.total)
                }
            }
        }
    }

    final class Counter: Sendable {
        let value = Atomic<Int>(0)
    }
}
