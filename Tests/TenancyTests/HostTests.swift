import Tenancy
import Testing

@Suite("Hosts")
struct HostTests {
    @Test(arguments: [
        ("acme.example.com", "acme.example.com"), ("ACME.Example.COM", "acme.example.com"),
        ("acme.example.com.", "acme.example.com"), ("acme.example.com:8080", "acme.example.com"),
        ("acme.example.com.:65535", "acme.example.com"), ("localhost", "localhost"), ("127.0.0.1:1", "127.0.0.1"),
        ("a_b.example.com", "a_b.example.com"),
    ])
    func `Every spelling of a name is one name`(_ text: String, _ name: String) {
        #expect(HostName(authority: text)?.description == name)
    }

    @Test(arguments: [
        "", ".", ":80", "a..b", ".a", "a..", "a:b", "a:", "a:80:80", "a:123456", "a:65536", "a:-1", "a:+1", "a: 1",
        "a b", "a/b", "a@b", "user@acme.example.com", "a.example.com:80@evil", "[::1]", "[::1]:80", "a\tb", "a\r\n",
        "a%2eb", "acmé.com", "\u{212A}elvin.com", "a,b", "a\0b", "a:８０", "a#b", "a?b", "a\\b",
    ])
    func `What is no plain name and port is refused`(_ text: String) {
        #expect(HostName(authority: text) == nil)
    }

    @Test func `Labels and names have the lengths of DNS`() {
        let label = String(repeating: "a", count: 63)
        #expect(HostName(authority: label + ".com") != nil)
        #expect(HostName(authority: label + "a.com") == nil)
        let name = [label, label, label, String(repeating: "a", count: 61)].joined(separator: ".")
        #expect(name.utf8.count == 253)
        #expect(HostName(authority: name) != nil)
        #expect(HostName(authority: name + "a") == nil)
    }

    @Test func `A base domain is a name without port`() {
        #expect(BaseDomain("Example.COM.")?.description == "example.com")
        #expect(BaseDomain("example.com:80") == nil)
        #expect(BaseDomain("") == nil)
        #expect(BaseDomain("exa mple.com") == nil)
    }

    @Test(arguments: [
        ("acme.example.com", "acme"), ("ACME.EXAMPLE.COM.", "acme"), ("acme.example.com:8080", "acme"),
    ])
    func `A label under the base domain is a tenant's`(_ host: String, _ label: String) throws {
        let base = try #require(BaseDomain("example.com"))
        let name = try #require(HostName(authority: host))
        let subdomain = try #require(Subdomain(stored: label))
        #expect(base.target(of: name, bareIsAdmin: false) == .tenant(subdomain))
        #expect(base.host(of: subdomain) == "\(label).example.com")
    }

    @Test(arguments: [
        "example.com", "evil.tld", "acme.example.com.evil.tld", "acmeexample.com", "a.b.example.com",
        "acme.admin.example.com", "xn--acme.example.com", "-a.example.com", "ab.example.com", "localhost",
        "127.0.0.1", "_dmarc.example.com", "admin.example.com.evil",
    ])
    func `Any other name is none of ours`(_ host: String) throws {
        let base = try #require(BaseDomain("example.com"))
        let name = try #require(HostName(authority: host))
        #expect(base.target(of: name, bareIsAdmin: false) == .unknown)
    }

    @Test func `The admin host has its own name, in development the bare addresses too`() throws {
        let base = try #require(BaseDomain("example.com"))
        #expect(base.adminHost == "admin.example.com")
        for host in ["admin.example.com", "ADMIN.example.com.:443"] {
            #expect(base.target(of: try #require(HostName(authority: host)), bareIsAdmin: false) == .admin)
        }
        for host in ["example.com", "localhost", "127.0.0.1:8080"] {
            #expect(base.target(of: try #require(HostName(authority: host)), bareIsAdmin: true) == .admin)
        }
        let tenant = try #require(HostName(authority: "acme.example.com"))
        #expect(base.target(of: tenant, bareIsAdmin: true) == .tenant(try #require(Subdomain(stored: "acme"))))
    }
}
