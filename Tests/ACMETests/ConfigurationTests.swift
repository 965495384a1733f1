import ACME
import Foundation
import Testing

/// Settings that cannot work are refused before anybody is asked.
@Suite struct ConfigurationTests {
    @Test func namesAreTheWildcardAndTheDomain() throws {
        let configuration = try Self.make(domain: "SaaS.Example.com.")
        #expect(configuration.names == ["*.saas.example.com", "saas.example.com"])
        #expect(configuration.directory.absoluteString == ACMEConfiguration.letsEncrypt)
    }

    @Test(arguments: [
        "", "com", "-a.test", "a-.test", "a..test", "*.a.test", "a.test/..", "a b.test", "ä.test", "--run.test",
        String(repeating: "a", count: 64) + ".test", String(repeating: "aa.", count: 80) + "test",
    ])
    func aDomainThatIsNone(domain: String) {
        #expect(throws: ACMEError.self) { try Self.make(domain: domain) }
    }

    @Test(arguments: ["", "a", "@a", "a@", "a@b@c", "a/../b@c", "-a@b", "a b@c", "a\"@b", "a\n@b"])
    func anAddressThatIsNone(email: String) {
        #expect(throws: ACMEError.self) { try Self.make(email: email) }
    }

    @Test(arguments: ["http://acme.test/dir", "file:///etc", "acme.test", "", "https://"])
    func aDirectoryThatIsNone(directory: String) {
        #expect(throws: ACMEError.self) { try Self.make(directory: directory) }
    }

    @Test(
        arguments: [
            .cloudflare(token: ""), .cloudflare(token: "a\nb"), .cloudflare(token: "a\0b"),
            .powerDNS(url: URL(filePath: "/tmp"), apiKey: "k"),
            .route53(accessKeyID: "", secretAccessKey: "s"),
            .route53(accessKeyID: "a", secretAccessKey: "s", region: ""),
        ] as [DNSChallenge])
    func credentialsThatAreNone(challenge: DNSChallenge) {
        let error = #expect(throws: ACMEError.self) { try Self.make(challenge: challenge) }
        #expect(error?.code == .invalidConfiguration)
    }

    @Test func credentialsAreNeverShown() throws {
        let url = try #require(URL(string: "http://user:word-1@dns.test"))
        for challenge in [DNSChallenge.cloudflare(token: "word-2"), .powerDNS(url: url, apiKey: "word-3")] {
            var dumped = ""
            dump(challenge, to: &dumped)
            for text in ["\(challenge)", String(reflecting: challenge), dumped] { #expect(!text.contains("word-")) }
            #expect("\(challenge)".hasPrefix(challenge.provider))
        }
    }

    @Test func anAccountThatIsNone() {
        for text in ["", "{}", #"{"directory":"https://a.test","email":"a@b","registration":"e30=","key":"eA=="}"#] {
            #expect(throws: ACMEError.self) { try ACMEAccount(data: Data(text.utf8)) }
        }
    }

    @discardableResult
    private static func make(
        directory: String = ACMEConfiguration.letsEncrypt, email: String = "ops@saas.test",
        domain: String = "saas.test", challenge: DNSChallenge = .cloudflare(token: "token")
    ) throws -> ACMEConfiguration {
        try ACMEConfiguration(
            directory: directory, email: email, baseDomain: domain, folder: URL(filePath: "/nowhere"),
            challenge: challenge)
    }
}
