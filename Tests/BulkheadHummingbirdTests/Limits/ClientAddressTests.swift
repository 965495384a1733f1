import HTTPTypes
import NIOCore
import Tenancy
import Testing

@testable import BulkheadHummingbird

@Suite("Where a request comes from")
struct ClientAddressTests {
    let trusted = TrustedPeers(["10.0.0.0/8", "fd00::/8"].compactMap { AddressRange($0) })

    func find(_ fields: [(String, String)], peer: String = "10.0.0.1") throws -> String? {
        var headers = HTTPFields()
        for (name, value) in fields {
            headers.append(HTTPField(name: try #require(HTTPField.Name(name)), value: value))
        }
        let peer = try SocketAddress(ipAddress: peer, port: 1)
        return ClientAddress.find(headers, peer: peer, trusted: self.trusted)?.description
    }

    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1"), ("203.0.113.9, 192.0.2.1", "192.0.2.1"),
        ("192.0.2.1, 10.0.0.7", "192.0.2.1"), ("203.0.113.9,192.0.2.1 ,\t10.0.0.7, 10.1.2.3", "192.0.2.1"),
        ("192.0.2.1:4711", "192.0.2.1"), ("[2001:db8::1]:4711", "2001:db8::1"), ("[2001:db8::1]", "2001:db8::1"),
        ("2001:db8::1", "2001:db8::1"), ("::ffff:192.0.2.1", "192.0.2.1"), ("[::ffff:192.0.2.1]:1", "192.0.2.1"),
        ("10.0.0.9, 10.0.0.8", "10.0.0.9"), ("fd00::5, fd00::6", "fd00::5"), ("192.0.2.1,", "192.0.2.1"),
        (",,192.0.2.1,,", "192.0.2.1"), ("", "10.0.0.1"), (" , ", "10.0.0.1"),
    ])
    func `From the right, past trusted proxies, no further`(_ field: String, _ client: String) throws {
        #expect(try self.find([("X-Forwarded-For", field)]) == client)
    }

    @Test(arguments: [
        "unknown", "203.0.113.9, unknown", "203.0.113.9, _hidden", "203.0.113.9, 192.0.2.1:",
        "203.0.113.9, 192.0.2.1:port",
        "203.0.113.9, 192.0.2.1:123456", "203.0.113.9, [192.0.2.1]", "203.0.113.9, [2001:db8::1",
        "203.0.113.9, 2001:db8::1]",
        "203.0.113.9, [2001:db8::1]x", "203.0.113.9, 192.0.2.1 10.0.0.1", "203.0.113.9, 2001:db8::1%eth0",
        "203.0.113.9; 192.0.2.1", "203.0.113.9, 0x7f.1", "203.0.113.9, 127.1", "203.0.113.9, '192.0.2.1'",
        "203.0.113.9, \"192.0.2.1\"",
    ])
    func `Behind something unreadable nothing is believed`(_ field: String) throws {
        #expect(try self.find([("X-Forwarded-For", field)]) == "10.0.0.1")
        #expect(try self.find([("X-Forwarded-For", field + ", 10.0.0.9")]) == "10.0.0.9")
    }

    @Test func `From a peer that is not trusted nothing is believed at all`() throws {
        for field in ["192.0.2.1", "10.0.0.1", "127.0.0.1, 10.0.0.1"] {
            #expect(try self.find([("X-Forwarded-For", field)], peer: "203.0.113.1") == "203.0.113.1")
            #expect(try self.find([("Forwarded", "for=\(field)")], peer: "2001:db8::9") == "2001:db8::9")
        }
    }

    @Test func `Several fields are one list`() throws {
        let fields = [
            ("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-For", "192.0.2.1"), ("X-Forwarded-For", "10.0.0.2"),
        ]
        #expect(try self.find(fields) == "192.0.2.1")
        #expect(try self.find(fields + [("X-Forwarded-For", "198.51.100.1")]) == "198.51.100.1")
    }

    @Test(arguments: [
        ("for=192.0.2.1", "192.0.2.1"), ("For=192.0.2.1;proto=https;by=10.0.0.2", "192.0.2.1"),
        (#"for="[2001:db8::1]:4711""#, "2001:db8::1"),
        (#"for=203.0.113.9, for="192.0.2.1:80";host=a.example"#, "192.0.2.1"),
        ("proto=https; for=192.0.2.1", "192.0.2.1"), ("for=192.0.2.1, for=10.0.0.9", "192.0.2.1"),
        (#"for=203.0.113.9;x="a,b", for=192.0.2.1"#, "192.0.2.1"),
        // A stranger's quotation mark swallows nothing of what the proxy appends.
        (#"for="203.0.113.9, for=192.0.2.1"#, "192.0.2.1"), (#"for="203.0.113.9;x=", for=192.0.2.1"#, "192.0.2.1"),
        ("for=unknown", "10.0.0.1"), ("for=_hidden, for=unknown", "10.0.0.1"),
        ("for=203.0.113.9, proto=https", "10.0.0.1"),
        ("for=203.0.113.9, for=192.0.2.1;for=192.0.2.2", "10.0.0.1"), (#"for=203.0.113.9, for=""#, "10.0.0.1"),
        (#"for=203.0.113.9, for="192.0.2.1"#, "10.0.0.1"), ("for=203.0.113.9, for", "10.0.0.1"),
        ("203.0.113.9", "10.0.0.1"),
    ])
    func `Forwarded, in all its forms`(_ field: String, _ client: String) throws {
        #expect(try self.find([("Forwarded", field)]) == client)
    }

    @Test func `Two fields that disagree: one came from outside, so neither counts`() throws {
        #expect(try self.find([("X-Forwarded-For", "192.0.2.1"), ("Forwarded", "for=203.0.113.9")]) == "10.0.0.1")
        #expect(try self.find([("X-Forwarded-For", "192.0.2.1"), ("Forwarded", "for=192.0.2.1")]) == "192.0.2.1")
    }

    @Test func `A hundred kilobytes cost no more than what is looked at`() throws {
        let long = String(repeating: "203.0.113.9, ", count: 8_000)
        #expect(try self.find([("X-Forwarded-For", long + "192.0.2.1")]) == "192.0.2.1")
        #expect(
            try self.find([("X-Forwarded-For", String(repeating: "10.0.0.2, ", count: 10_000) + "10.0.0.2")])
                == "10.0.0.2")
        #expect(
            try self.find([("X-Forwarded-For", "203.0.113.9, " + String(repeating: "1", count: 100_000))]) == "10.0.0.1"
        )
        #expect(
            try self.find([("Forwarded", "for=1.2.3.4, for=" + String(repeating: "\"", count: 100_001))]) == "10.0.0.1")
        let commas = String(repeating: ",", count: 100_000)
        let time = ContinuousClock().measure {
            #expect(throws: Never.self) { try self.find([("X-Forwarded-For", "1.2.3.4" + commas)]) }
        }
        #expect(time < .seconds(5))
    }
}
