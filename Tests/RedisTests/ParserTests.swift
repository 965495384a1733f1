import RedisTestSupport
import Testing

@testable import Redis

@Suite("The parser of replies") struct ParserTests {
    private func replies(_ text: String, limit: Int = 1 << 20, portion: Int = .max) throws -> [RedisValue] {
        try Self.read(Array(text.utf8), ReplyParser(limit: limit)) { _ in portion }
    }

    private static func read(
        _ bytes: [UInt8], _ parser: ReplyParser, _ portion: (Int) -> Int
    ) throws -> [RedisValue] {
        var (values, rest): ([RedisValue], ArraySlice<UInt8>) = ([], bytes[...])
        while !rest.isEmpty {
            let part = rest.prefix(portion(rest.count))
            rest = rest.dropFirst(part.count)
            try part.withUnsafeBytes { bytes in
                try parser.read(bytes) { (value) throws(RedisError) in values.append(value) }
            }
        }
        return values
    }

    private static let text =
        "+OK\r\n:-42\r\n$-1\r\n$0\r\n\r\n$5\r\na\r\nb\0\r\n*-1\r\n*0\r\n*3\r\n:1\r\n*2\r\n$1\r\nx\r\n*0\r\n"
        + "-WRONGTYPE no\r\n-NOSCRIPT none\r\n"
    private static let values: [RedisValue] = [
        .status("OK"), .integer(-42), .null, .bytes([]), .bytes(Array("a\r\nb\0".utf8)), .null, .array([]),
        .array([.integer(1), .array([.bytes([120]), .array([])]), .error(RedisServerError(line: "WRONGTYPE no"))]),
        .error(RedisServerError(line: "NOSCRIPT none")),
    ]

    @Test("reads every kind, cut anywhere", arguments: [1, 2, 3, 7, 1000])
    func kinds(_ portion: Int) throws {
        #expect(try self.replies(Self.text, portion: portion) == Self.values)
    }

    @Test("knows when it is inside of a reply") func inside() throws {
        for text in ["*2\r\n:1\r\n", "$5\r\nab", "+O"] {
            let parser = try ReplyParser(limit: 1000)
            #expect(try Self.read(Array(text.utf8), parser) { $0 } == [])
            #expect(parser.isInsideReply)
        }
        let parser = try ReplyParser(limit: 1000)
        _ = try Self.read(Array(Self.text.utf8), parser) { $0 }
        #expect(!parser.isInsideReply)
    }

    @Test(
        "refuses what is no reply",
        arguments: [
            "hello\r\n", "HTTP/1.1 200 OK\r\n", ":x\r\n", ":\r\n", "$x\r\n", "$-2\r\n", "*-2\r\n", "*99999999999\r\n",
            "%1\r\n+a\r\n+b\r\n", "\0\0\0", String(repeating: "*1\r\n", count: 20),
        ])
    func malformed(_ text: String) {
        #expect(throws: RedisError.self) { try self.replies(text) }
    }

    @Test(
        "refuses what is too large",
        arguments: [
            "$2000\r\n" + String(repeating: "x", count: 2000), "+" + String(repeating: "x", count: 2000),
            "*2000000000\r\n" + String(repeating: ":1\r\n", count: 100),
            "*9\r\n" + String(repeating: "$200\r\n" + String(repeating: "x", count: 200) + "\r\n", count: 9),
        ])
    func large(_ text: String) throws {
        let error = #expect(throws: RedisError.self) { try self.replies(text, limit: 1000) }
        #expect(error?.code == .replyTooLarge)
        #expect(try self.replies("$900\r\n" + String(repeating: "x", count: 900) + "\r\n", limit: 1000).count == 1)
    }

    @Test("survives anything") func mutations() throws {
        var random = SystemRandomNumberGenerator()
        var refused = 0
        for _ in 0..<20_000 {
            var bytes = Array(Self.text.utf8)
            for _ in 0..<Int.random(in: 0...6, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[place] = .random(in: 0...255, using: &random)
                case 1: bytes.remove(at: place)
                case 2: bytes.insert(Array("$*:+-0123456789\r\n".utf8).randomElement(using: &random) ?? 0, at: place)
                default: bytes += bytes[place...]
                }
            }
            let parser = try ReplyParser(limit: 4096)
            do {
                _ = try Self.read(bytes, parser) { .random(in: 1...$0, using: &random) }
            } catch let error as RedisError {
                #expect(error.code == .protocolViolation || error.code == .replyTooLarge)
                refused += 1
            }
        }
        #expect(refused > 1000 && refused < 20_000)
    }
}
