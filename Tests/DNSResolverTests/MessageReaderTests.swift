import DNS
import Testing

@testable import DNSResolver

/// Answers that no server should give.
@Suite struct MessageReaderTests {
    /// `a.test` has the address 192.0.2.1, the text `xy` and an alias, by an authoritative server.
    private static let message: [UInt8] =
        [0, 1, 0x84, 0, 0, 1, 0, 3, 0, 0, 0, 0]
        + [1, 0x61, 4, 0x74, 0x65, 0x73, 0x74, 0, 0, 1, 0, 1]
        + [0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1]
        + [0xC0, 12, 0, 16, 0, 1, 0xFF, 0xFF, 0xFF, 0xFF, 0, 3, 2, 0x78, 0x79]
        + [0xC0, 12, 0, 5, 0, 1, 0, 0, 0, 60, 0, 4, 1, 0x62, 0xC0, 14]

    @Test func wholeMessageIsRead() throws {
        let message = try #require(MessageReader.read(Self.message))
        #expect(message.isAuthoritative && message.code == 0)
        #expect(message.answers.map(\.owner) == ["a.test", "a.test", "a.test"])
        #expect(message.answers.map(\.value) == ["192.0.2.1", "xy", "b.test"])
        // A time to live with the highest bit set is none.
        #expect(message.answers.map(\.ttl) == [60, 0, 60])
    }

    @Test func messageThatIsCutShortIsNoMessage() {
        for count in Self.message.indices { #expect(MessageReader.read(Array(Self.message.prefix(count))) == nil) }
    }

    @Test func recordThatIsLongerOrShorterThanItSaysIsNone() {
        for (index, byte) in [(35, UInt8(3)), (35, 5), (51, 2), (52, 3), (66, 3), (24, 0xFF), (70, 0xFF)] {
            var bytes = Self.message
            bytes[index] = byte
            #expect(MessageReader.read(bytes) == nil, "\(index)")
        }
    }

    @Test func bytesThatAreChangedAtWillDoNoHarm() throws {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<20_000 {
            var bytes = Self.message
            for _ in 0..<3 { bytes[.random(in: bytes.indices, using: &generator)] = .random(in: 0...255) }
            if let message = MessageReader.read(bytes) {
                #expect(message.answers.count <= 3 + 1)
            }
        }
    }

    @Test func unreadableAnswerIsAFailure() throws {
        let name = try #require(DomainName("a.test"))
        let answer = try AuthorityAnswer(.message([1, 2, 3]), name: name, type: .a)
        #expect(answer == .failed(.unreadable))
        let whole = try AuthorityAnswer(.message(Self.message), name: name, type: .a)
        #expect(whole == .records(AnsweredRecords(.a, ttl: 60, values: ["192.0.2.1"])))
    }

    @Test(arguments: [
        (1, AuthorityFailure.serverFailure), (2, .serverFailure), (4, .serverFailure), (5, .refused),
        (9, .notAuthoritative),
    ])
    func codesOfServersAreFailures(code: Int, failure: AuthorityFailure) throws {
        var bytes = Self.message
        bytes[3] = UInt8(code)
        let answer = try AuthorityAnswer(.message(bytes), name: try #require(DomainName("a.test")), type: .a)
        #expect(answer == .failed(failure))
    }
}
