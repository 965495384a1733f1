import Tenancy
import Testing

@Suite("IP addresses")
struct IPAddressTests {
    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1", "192.0.2.1"), ("::ffff:192.0.2.1", "192.0.2.1", "192.0.2.1"),
        ("2001:DB8:0:1:2:3:4:5", "2001:db8:0:1:2:3:4:5", "2001:db8:0:1::"), ("::1", "::1", "::"),
        ("fe80::1", "fe80::1", "fe80::"), ("0.0.0.0", "0.0.0.0", "0.0.0.0"),
    ])
    func `Texts are read, and networks are those of customers`(_ text: String, _ same: String, _ network: String) throws
    {
        let address = try #require(IPAddress(text))
        #expect(address.description == same)
        #expect(address.network.description == network)
        #expect(IPAddress(same) == address)
    }

    @Test(arguments: [
        "", "1.2.3", "1.2.3.4.5", "256.1.1.1", "[::1]", "1.2.3.4:80", "::1%eth0", "fe80::1%1", "1.2.3.4\u{0}",
        " 1.2.3.4",
        "0x7f000001", "2130706433", "01.2.3.4.5", "::g", String(repeating: "1", count: 100_000), "localhost",
    ])
    func `Anything else is none`(_ text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test func `Masks keep the first bits`() throws {
        let address = try #require(IPAddress("2001:db8:ffff:ffff:ffff::1"))
        #expect(address.masked(0).description == "::")
        #expect(address.masked(36).description == "2001:db8:f000::")
        #expect(address.masked(64) == address.network)
        #expect(address.masked(72).description == "2001:db8:ffff:ffff:ff00::")
        #expect(address.masked(128) == address)
    }
}
