import Mail
import MailSMTP
import Testing

@Suite struct ConfigurationTests {
    private static let good = SMTPConfiguration(
        host: "mail.example.com", port: 587, security: .startTLS, username: "app", password: "hush")

    @Test func `good settings are taken, and the password is not shown`() throws {
        try Self.good.check()
        var text = "\(Self.good) \(String(reflecting: Self.good)) \([Self.good])"
        dump(Self.good, to: &text)
        #expect(text.contains("mail.example.com:587") && text.contains("app"))
        #expect(!text.contains("hush"))
    }

    @Test(arguments: ["localhost", "127.0.0.1", "127.9.9.9", "::1", "LOCALHOST"])
    func `a password may go to this machine without TLS`(host: String) throws {
        try SMTPConfiguration(host: host, port: 25, security: .none, username: "a", password: "b").check()
    }

    @Test(arguments: ["mail.example.com", "127.0.0.1.example.com", "10.0.0.1", "localhost.example.com", "::2"])
    func `a password goes to no other machine without TLS`(host: String) throws {
        var settings = SMTPConfiguration(host: host, port: 25, security: .none, username: "a", password: "b")
        self.expectRefusal(of: settings)
        settings.username = nil
        settings.password = nil
        try settings.check()
    }

    @Test(arguments: ["", "a b", "a/b", "user@host", "a:25", "[::1]", "a\r\nb", "a..b", "ä.example"])
    func `a host is a name or an address`(host: String) {
        var settings = Self.good
        settings.host = host
        self.expectRefusal(of: settings)
        settings = Self.good
        settings.heloName = host
        self.expectRefusal(of: settings)
    }

    @Test func `what makes no sense is refused`() {
        let changes: [(inout SMTPConfiguration) -> Void] = [
            { $0.port = 0 }, { $0.port = 65_536 }, { $0.connectTimeout = .zero }, { $0.totalTimeout = .seconds(-1) },
            { $0.username = nil }, { $0.password = nil }, { $0.password = "" }, { $0.password = "a\0b" },
            { $0.username = "a\r\n" }, { $0.caFile = "" },
        ]
        for change in changes {
            var settings = Self.good
            change(&settings)
            self.expectRefusal(of: settings)
        }
    }

    private func expectRefusal(of settings: SMTPConfiguration) {
        let failure = #expect(throws: MailFailure.self) { try SMTPTransport(settings) }
        #expect(failure?.kind == .misconfigured)
        #expect(failure?.reply.contains("hush") == false)
    }
}
