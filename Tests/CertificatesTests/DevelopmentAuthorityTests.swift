import Certificates
import Crypto
import Foundation
import SwiftASN1
import Testing
import X509

@Suite struct DevelopmentAuthorityTests {
    @Test func opensslAcceptsWhatItIssues() throws {
        let authority = try DevelopmentAuthority.make(for: "Saas.test")
        let bundle = try authority.issue(also: ["a.b.saas.test"])
        #expect(authority.base == "saas.test")
        #expect(bundle.names == ["*.saas.test", "saas.test", "a.b.saas.test"])
        #expect(bundle.issuer == authority.name)
        #expect(bundle.notAfter.timeIntervalSince(bundle.notBefore) <= 90 * 86_400)
        let openssl = try OpenSSL()
        try openssl.write(authority.certificatePEM, to: "ca.pem")
        try openssl.write(bundle.chainPEM, to: "leaf.pem")
        for host in ["acme.saas.test", "saas.test", "a.b.saas.test"] {
            try openssl.run(
                "verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", "ca.pem", "-verify_hostname", host,
                "leaf.pem")
        }
        #expect(throws: OpenSSL.Failure.self) {
            try openssl.run("verify", "-CAfile", "ca.pem", "-verify_hostname", "acme.other.test", "leaf.pem")
        }
        let serial = try openssl.run("x509", "-in", "leaf.pem", "-noout", "-serial")
        #expect(serial.lowercased().contains("serial=\(bundle.serial)"))
        let text = try openssl.run("x509", "-in", "ca.pem", "-noout", "-text")
        #expect(text.contains("X509v3 Name Constraints: critical"))
        #expect(text.contains("DNS:saas.test"))
    }

    @Test func aStolenKeyCertifiesNothingElse() throws {
        let authority = try DevelopmentAuthority.make(for: "saas.test")
        let openssl = try OpenSSL()
        try openssl.write(authority.certificatePEM, to: "ca.pem")
        try openssl.write(authority.keyPEM, to: "ca.key")
        try openssl.run("ecparam", "-name", "prime256v1", "-genkey", "-out", "k.pem")
        for (name, permitted) in [
            ("DNS:acme.saas.test", true), ("DNS:bank.test", false), ("DNS:notsaas.test", false), ("IP:10.0.0.1", false),
            ("DNS:acme.saas.test,DNS:bank.test", false), ("IP:0:0:0:0:0:0:0:1", false),
        ] {
            try openssl.run("req", "-new", "-key", "k.pem", "-subj", "/O=thief", "-out", "r.pem")
            try openssl.write("subjectAltName=\(name)\nextendedKeyUsage=serverAuth\n", to: "extensions")
            try openssl.run(
                "x509", "-req", "-in", "r.pem", "-CA", "ca.pem", "-CAkey", "ca.key", "-days", "10", "-extfile",
                "extensions", "-out", "stolen.pem")
            let verify = { try openssl.run("verify", "-CAfile", "ca.pem", "stolen.pem") }
            if permitted {
                try _ = verify()
            } else {
                let failure = #expect(throws: OpenSSL.Failure.self, "\(name)") { try verify() }
                #expect(failure?.description.contains("subtree violation") == true)
            }
        }
    }

    @Test func aBaseDomainOfOneLabelNamesTheAdminHost() throws {
        let bundle = try DevelopmentAuthority.make(for: "localhost").issue(also: ["acme.localhost", "localhost"])
        #expect(bundle.names == ["localhost", "admin.localhost", "acme.localhost"])
        // OpenSSL is asked for a second opinion.
        let openssl = try OpenSSL()
        try openssl.write(bundle.chainPEM, to: "leaf.pem")
        for host in ["localhost", "admin.localhost", "acme.localhost", "beta.localhost", "a.b.localhost"] {
            let answer = try openssl.run("x509", "-in", "leaf.pem", "-noout", "-checkhost", host)
            #expect(bundle.covers(host) == answer.contains("does match"), "\(host): \(answer)")
        }
        try bundle.check(covering: DevelopmentAuthority.standardNames(for: "localhost"), at: Date())
    }

    @Test(arguments: ["", "a b.test", "-a.test", "a..test", "*.saas.test", "10.0.0.1:8", "ä.test"])
    func whatIsNoNameIsRefused(name: String) throws {
        let failure = #expect(throws: Certificates.CertificateError.self) { try DevelopmentAuthority.make(for: name) }
        #expect(failure?.code == .badName)
        let authority = try DevelopmentAuthority.make(for: "saas.test")
        #expect(throws: Certificates.CertificateError.self) { try authority.issue(also: [name]) }
    }

    @Test func namesOfOthersAreRefused() throws {
        let authority = try DevelopmentAuthority.make(for: "saas.test")
        for name in ["bank.test", "notsaas.test", "test"] {
            let failure = #expect(throws: Certificates.CertificateError.self) { try authority.issue(also: [name]) }
            #expect(failure?.names == [name])
        }
    }

    @Test func itIsTakenUpFromItsTexts() throws {
        let made = try DevelopmentAuthority.make(for: "saas.test")
        let read = try DevelopmentAuthority(certificatePEM: made.certificatePEM, keyPEM: made.keyPEM)
        #expect(read == made)
        #expect(made.notAfter.timeIntervalSinceNow > 3_600 * 86_400)
        let other = try DevelopmentAuthority.make(for: "saas.test")
        #expect(other.name != made.name)
        let leaf = try made.issue()
        for (certificate, key) in [(made.certificatePEM, other.keyPEM), (leaf.chainPEM, leaf.keyPEM)] {
            let failure = #expect(throws: Certificates.CertificateError.self) {
                try DevelopmentAuthority(certificatePEM: certificate, keyPEM: key)
            }
            #expect(failure?.code == .unreadableAuthority)
        }
    }
}
