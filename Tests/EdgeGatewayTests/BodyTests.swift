import EdgeGateway
import EdgeTestSupport
import Foundation
import NIOCore
import Synchronization
import Testing

@Suite("Bodies in both directions", .timeLimit(.minutes(2)))
struct BodyTests {
    @Test("of every size and framing arrive as they were", arguments: [0, 1, 1000, 65_536, 300_001])
    func sizes(size: Int) async throws {
        let text = String((0..<size).map { Character(UnicodeScalar(UInt8(97 + $0 % 26))) })
        try await Backend.use(Backend.echo) { backend in
            try await Edge.use(before: backend.port) { edge in
                let known = try await edge.ask("POST", "/", body: text)
                #expect(known.body == text)
                #expect(backend.heads.last?["content-length"] == (size == 0 ? nil : "\(size)"))
                try await Wire.open(edge.port) { wire in
                    try await wire.send(Edge.request("POST", "/", ["Transfer-Encoding: chunked"]))
                    for start in stride(from: 0, to: size, by: 7000) {
                        let piece = text.dropFirst(start).prefix(7000)
                        try await wire.send("\(String(piece.count, radix: 16));x=y\r\n\(piece)\r\n")
                    }
                    try await wire.send("0\r\nX-Trailer: dropped\r\n\r\n")
                    let answer = try await wire.answer()
                    #expect(answer.body == text)
                }
                #expect(backend.heads.last?["transfer-encoding"] == "chunked")
                #expect(backend.heads.last?["content-length"] == nil)
            }
        }
    }

    @Test("an answer in chunks with trailers")
    func trailers() async throws {
        let text =
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n5;a=b\r\nhello\r\n3\r\n yo\r\n"
            + "0\r\nX-Sum: 42\r\nConnection: x\r\n\r\n"
        try await Backend.use(Backend.answers(text)) { backend in
            try await Edge.use(before: backend.port) { edge in
                for _ in 1...2 {
                    let answer = try await edge.ask()
                    #expect(answer.body == "hello yo")
                    #expect(answer["trailer"] == "X-Sum")
                    #expect(answer["content-length"] == nil)
                    #expect(answer.trailers == ["X-Sum: 42"])
                }
                #expect(backend.connections == 1)
            }
        }
    }

    @Test("an answer that ends with its connection")
    func untilTheEnd() async throws {
        let script = Backend.then { wire in
            try await wire.send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nall of it")
            throw CancellationError()
        }
        try await Backend.use(script) { backend in
            try await Edge.use(before: backend.port) { edge in
                for _ in 1...3 {
                    let answer = try await edge.ask()
                    #expect(answer.body == "all of it")
                    #expect(answer["transfer-encoding"] == "chunked")
                }
                #expect(backend.connections == 3)
            }
        }
    }

    @Test(
        "answers without a body are whole with their head, and keep the connection",
        arguments: [
            ("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 12345\r\n\r\n"),
            ("HEAD", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
            ("HEAD", "HTTP/1.1 200 OK\r\nX: y\r\n\r\n"),
            ("HEAD", "HTTP/1.1 404 Not Found\r\nContent-Length: 7\r\n\r\n"),
            ("GET", "HTTP/1.1 204 No Content\r\n\r\n"),
            ("GET", "HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\nContent-Length: 12345\r\n\r\n"),
            ("GET", "HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n"),
            ("GET", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
        ])
    func withoutBody(method: String, text: String) async throws {
        try await Backend.use(Backend.answers(text)) { backend in
            try await Edge.use(before: backend.port) { edge in
                try await Wire.open(edge.port) { wire in
                    for _ in 1...3 {
                        let answer = try await wire.ask(Edge.request(method), toHead: method == "HEAD")
                        #expect(text.hasPrefix("HTTP/1.1 \(answer.status) "))
                        let length = text.split(separator: "\r\n").first { $0.hasPrefix("Content-Length: ") }?
                            .dropFirst(16)
                        #expect(answer["content-length"] == length.map(String.init))
                        #expect(answer["transfer-encoding"] == nil)
                    }
                }
                // Without a length nobody knows whether the upstream sends a body all the same.
                #expect(backend.connections == (text.contains("X: y") ? 3 : 1))
            }
        }
    }

    @Test("interim answers come at once, and Expect: 100-continue is between client and upstream")
    func interim() async throws {
        let script = Backend.then { wire in
            try await wire.send("HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\nConnection: x\r\n\r\n")
            try await wire.send("HTTP/1.1 100 Continue\r\n\r\n")
            let body = try await wire.bytes(5)
            try await wire.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n\(body)")
        }
        try await Backend.use(script) { backend in
            try await Edge.use(before: backend.port) { edge in
                try await Wire.open(edge.port) { wire in
                    try await wire.send(
                        Edge.request("PUT", "/", ["Expect: 100-continue", "Content-Length: 5"]))
                    let hint = try #require(try await wire.head())
                    #expect(hint.status == 103)
                    #expect(hint["link"] == "</a.css>")
                    #expect(hint["connection"] == nil)
                    #expect(try await wire.head()?.status == 100)
                    try await wire.send("hello")
                    let answer = try await wire.answer()
                    #expect((answer.status, answer.body) == (200, "hello"))
                }
                #expect(backend.heads.first?["expect"] == "100-continue")
                try await Wire.open(edge.port) { wire in
                    try await wire.send("PUT / HTTP/1.0\r\nHost: acme.saas.test\r\nContent-Length: 5\r\n\r\nhello")
                    let head = try #require(try await wire.head())
                    #expect(head.status == 200)
                }
            }
        }
    }

    @Test("a refusal before the body is sent comes through, also to one who expects 100")
    func earlyRefusal() async throws {
        let script = Backend.then { wire in
            try await wire.send("HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig")
            throw CancellationError()
        }
        try await Backend.use(script) { backend in
            try await Edge.use(before: backend.port) { edge in
                let answer = try await Wire.open(edge.port) { wire in
                    try await wire.ask(Edge.request("PUT", "/", ["Expect: 100-continue", "Content-Length: 9999999"]))
                }
                #expect((answer.status, answer.body) == (413, "big"))
            }
        }
    }

    @Test("both at the same time: an upstream that answers while it listens")
    func bothWays() async throws {
        let script = Backend.then { wire in
            try await wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            while let line = try await wire.line(), let size = Int(line, radix: 16), size > 0 {
                let piece = try await wire.bytes(size)
                _ = try await wire.line()
                try await wire.send("\(String(size, radix: 16))\r\n\(piece)\r\n")
            }
            _ = try await wire.line()
            try await wire.send("0\r\n\r\n")
        }
        try await Backend.use(script) { backend in
            try await Edge.use(before: backend.port) { edge in
                try await Wire.open(edge.port) { wire in
                    try await wire.send(Edge.request("POST", "/", ["Transfer-Encoding: chunked"]))
                    let head = try #require(try await wire.head())
                    #expect(head.status == 200)
                    for word in ["one", "two", "three"] {
                        try await wire.send("\(word.count)\r\n\(word)\r\n")
                        #expect(try await wire.line() == "\(word.count)")
                        #expect(try await wire.line() == word)
                    }
                    try await wire.send("0\r\n\r\n")
                    #expect(try await wire.line() == "0")
                    #expect(try await wire.line()?.isEmpty == true)
                    let next = try await wire.ask(
                        Edge.request("POST", "/", ["Transfer-Encoding: chunked"]) + "0\r\n\r\n")
                    #expect(next.status == 200)
                }
            }
        }
    }

    @Test("more than allowed is refused: at once if the length says so, else when it is too much")
    func limit() async throws {
        try await Backend.use(Backend.echo) { backend in
            try await Edge.use(before: backend.port, changing: { $0.bodyLimit = 1000 }) { edge in
                let fits = try await edge.ask("POST", "/", body: String(repeating: "x", count: 1000))
                #expect(fits.status == 200)
                let announced = try await Wire.open(edge.port) { wire in
                    try await wire.ask(Edge.request("POST", "/", ["Content-Length: 1001"]))
                }
                #expect(announced.status == 413)
                let chunked = try await Wire.open(edge.port) { wire in
                    try await wire.send(Edge.request("POST", "/", ["Transfer-Encoding: chunked"]))
                    for _ in 1...2 { try await wire.send("1f4\r\n\(String(repeating: "x", count: 500))\r\n") }
                    return try await wire.ask("1\r\nx\r\n")
                }
                #expect(chunked.status == 413)
                #expect(chunked["content-type"] == "application/problem+json")
            }
        }
    }

    @Test("a body that is cut off is never taken for whole")
    func cutOff() async throws {
        let received = Mutex<[String]>([])
        let script: @Sendable (Wire, Backend.Log) async throws -> Void = { wire, _ in
            while let head = try await wire.head() {
                let body = try await wire.body(of: head)
                received.withLock { $0.append(body) }
                try await wire.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            }
        }
        try await Backend.use(script) { backend in
            try await Edge.use(before: backend.port) { edge in
                for start in [
                    Edge.request("POST", "/", ["Transfer-Encoding: chunked"]) + "5\r\nhello\r\n",
                    Edge.request("POST", "/", ["Content-Length: 10"]) + "hello",
                ] {
                    for resets in [true, false] {
                        try await Wire.open(edge.port) { wire in
                            try await wire.send(start)
                            if resets { try await wire.reset() }
                        }
                    }
                }
                let whole = try await edge.ask("POST", "/", body: "whole")
                #expect(whole.status == 200)
                #expect(received.withLock { $0 } == ["whole"])
            }
        }
    }
}
