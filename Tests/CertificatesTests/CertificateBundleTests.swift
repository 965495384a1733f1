import Certificates
import Foundation
import Testing

@Suite struct CertificateBundleTests {
    /// Each kind of key, as the commands that make it.
    static let keys: [[[String]]] = [
        [["ecparam", "-name", "prime256v1", "-genkey", "-out", "k.pem"]],  // SEC1, behind a block of parameters
        [["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "k.pem"]],
        [["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384", "-out", "k.pem"]],
        [["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", "k.pem"]],
        [["genrsa", "-traditional", "-out", "k.pem", "2048"]],
    ]

    @Test(arguments: keys) func everyKindOfKeyIsRead(commands: [[String]]) throws {
        let openssl = try OpenSSL()
        for command in commands { try openssl.run(command) }
        let (chain, key) = (try openssl.certify("k.pem"), try openssl.read("k.pem"))
        let bundle = try CertificateBundle(chainPEM: chain, keyPEM: key)
        #expect(bundle.names == ["*.saas.test", "saas.test"])
        #expect(bundle.issuer == "Some issuer")
        #expect(bundle.serial == "ff10")
        #expect(bundle.notAfter.timeIntervalSince(bundle.notBefore) == 30 * 86_400)
        // What it gives back is read again, and says the same.
        #expect(try CertificateBundle(chainPEM: bundle.chainPEM, keyPEM: bundle.keyPEM) == bundle)
        // Both in one file, as some tools write it, with line ends of another system.
        let both = ("comment\n" + key + chain + chain).replacing("\n", with: "\r\n")
        let combined = try CertificateBundle(chainPEM: both, keyPEM: both)
        #expect(combined.chainPEM == bundle.chainPEM + bundle.chainPEM)
        #expect(!combined.chainPEM.contains("KEY"))
    }

    @Test(arguments: ["ed25519", "P-521"]) func kindsOfKeyThatBrowsersRefuseAreRefused(kind: String) throws {
        let openssl = try OpenSSL()
        if kind == "ed25519" {
            try openssl.run("genpkey", "-algorithm", "ed25519", "-out", "k.pem")
        } else {
            try openssl.run("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-521", "-out", "k.pem")
        }
        let (chain, key) = (try openssl.certify("k.pem"), try openssl.read("k.pem"))
        #expect(Self.code { try CertificateBundle(chainPEM: chain, keyPEM: key) } == .unsupportedKey)
    }

    @Test func whatCannotBeReadIsRefused() throws {
        let good = try DevelopmentAuthority.make(for: "saas.test").issue()
        let (chain, key) = (good.chainPEM, good.keyPEM)
        func code(_ chain: String, _ key: String) -> CertificateError.Code? {
            Self.code { try CertificateBundle(chainPEM: chain, keyPEM: key) }
        }
        #expect(code("", key) == .unreadableChain)
        #expect(code(key, key) == .unreadableChain)
        for length in stride(from: 0, to: chain.count - 2, by: 40) {
            #expect(code(String(chain.prefix(length)), key) == .unreadableChain)
            #expect(code(chain + chain.prefix(length), key) == (length < 27 ? nil : .unreadableChain))
        }
        for length in stride(from: 0, to: key.count - 2, by: 20) {
            #expect(code(chain, String(key.prefix(length))) == .unreadableKey)
        }
        #expect(code(chain, key + key) == .unreadableKey)
        #expect(code(chain, chain) == .unreadableKey)
        let openssl = try OpenSSL()
        try openssl.write(key, to: "k.pem")
        try openssl.run("pkcs8", "-topk8", "-in", "k.pem", "-out", "locked.pem", "-passout", "pass:secret")
        #expect(code(chain, try openssl.read("locked.pem")) == .unreadableKey)
    }

    @Test func theKeyHasToBeThatOfTheFirstCertificate() throws {
        let authority = try DevelopmentAuthority.make(for: "saas.test")
        let (one, two) = (try authority.issue(), try authority.issue())
        #expect(Self.code { try CertificateBundle(chainPEM: one.chainPEM, keyPEM: two.keyPEM) } == .keyMismatch)
        #expect(
            Self.code { try CertificateBundle(chainPEM: one.chainPEM + two.chainPEM, keyPEM: two.keyPEM) }
                == .keyMismatch)
    }

    @Test func hostsAreCoveredExactlyOrByOneWildcardLabel() throws {
        let openssl = try OpenSSL()
        try openssl.run("ecparam", "-name", "prime256v1", "-genkey", "-out", "k.pem")
        let chain = try openssl.certify("k.pem", names: ["*.Saas.test", "saas.test", "a*.other.test", "*.0.0.1"])
        let bundle = try CertificateBundle(chainPEM: chain, keyPEM: try openssl.read("k.pem"))
        for host in ["saas.test", "acme.saas.test", "ACME.saas.TEST", "acme.saas.test.", "*.saas.test"] {
            #expect(bundle.covers(host), "\(host)")
        }
        let others = [
            "", ".", ".saas.test", "a.b.saas.test", "*.b.saas.test", "xsaas.test", "saas.test.evil", "ab.other.test",
            "test", "127.0.0.1", "saas.test..", "Some issuer",
        ]
        for host in others { #expect(!bundle.covers(host), "\(host)") }
    }

    @Test func timeAndHostsAreChecked() throws {
        let now = Date(timeIntervalSince1970: 1_800_000_000)
        let bundle = try DevelopmentAuthority.make(for: "saas.test", at: now).issue(days: 10, at: now)
        try bundle.check(covering: ["*.saas.test", "saas.test"], at: now)
        try bundle.check(covering: [], at: bundle.notAfter)
        func error(_ hosts: [String], _ date: Date) -> CertificateError? {
            do throws(CertificateError) { try bundle.check(covering: hosts, at: date) } catch { return error }
            return nil
        }
        #expect(error([], bundle.notAfter + 1)?.code == .expired)
        #expect(error([], bundle.notAfter + 1)?.description.contains("2027-01-25T") == true)
        #expect(error([], bundle.notBefore - 1)?.code == .notYetValid)
        let missing = error(["saas.test", "shop.test", "*.shop.test"], now)
        #expect(missing?.code == .notCovered)
        #expect(missing?.names == ["shop.test", "*.shop.test"])
    }

    @Test func nothingShowsTheKey() throws {
        let authority = try DevelopmentAuthority.make(for: "saas.test")
        let bundle = try authority.issue()
        let secrets = [bundle.keyPEM, authority.keyPEM].flatMap { $0.split(separator: "\n").dropFirst().dropLast() }
        #expect(secrets.count >= 4)
        for value in [bundle, authority, Optional(bundle) as Any, [bundle], ["a": authority]] as [Any] {
            var dumped = ""
            dump(value, to: &dumped)
            let texts = [
                dumped, "\(value)", String(reflecting: value), "\(Mirror(reflecting: value).children.map { $0 })",
            ]
            for text in texts { #expect(!secrets.contains { text.contains($0) }) }
        }
        #expect("\(bundle)".contains("*.saas.test"))
    }

    static func code(_ body: () throws -> CertificateBundle) -> CertificateError.Code? {
        do {
            _ = try body()
            return nil
        } catch {
            return (error as? CertificateError)?.code
        }
    }
}
