import ACME
import DNSTestSupport
import Foundation
import LocalServers
import Testing

/// What real servers refuse, and what is said of it.
@Suite struct RefusalTests {
    @Test func aWrongKeyForDNSIsNamedButNotShown() async throws {
        var options = PebbleServer.Options()
        options.believesEverything = true
        try await Workshop.use(options: options) { workshop in
            let secret = "wrong-\"key\"-5f0c&1"
            let error = try #require(try await workshop.issuer(workshop.configuration(apiKey: secret)).failure())
            #expect(error.code == .badCredential)
            #expect(error.description.contains("PowerDNS refused the credentials"))
            #expect(error.description.contains("*.saas.test, saas.test"))
            #expect(!String(reflecting: error).contains("5f0c"))
            #expect(!error.spendsValidation)

            // The account was made all the same, and is used when the key is right.
            let account = try #require(try await workshop.issuer().account())
            _ = try await workshop.issuer().obtain(replacing: nil)
            #expect(try await workshop.issuer().account() == account)
        }
    }

    @Test func aZoneThatTheProviderLacks() async throws {
        try await Workshop.use { workshop in
            let error = try #require(try await workshop.issuer(workshop.configuration(domain: "other.test")).failure())
            #expect(error.code == .notPublished)
            #expect(error.names == ["*.other.test", "other.test"])
            #expect(!error.spendsValidation)
        }
    }

    @Test func theProviderIsDown() async throws {
        try await Workshop.use { workshop in
            let base = try workshop.configuration()
            let dead = try #require(URL(string: "http://127.0.0.1:\(try FreePort.reserve())"))
            let configuration = try ACMEConfiguration(
                directory: workshop.authority.directory, email: Workshop.email, baseDomain: Workshop.domain,
                folder: base.folder, challenge: .powerDNS(url: dead, apiKey: "key"), propagation: base.propagation,
                trustedAuthorities: base.trustedAuthorities)
            #expect(try await workshop.issuer(configuration).failure()?.code == .unreachable)
        }
    }

    @Test func theAuthorityFindsNoProof() async throws {
        try await PowerDNSServer.use(zones: [Workshop.domain]) { other in
            // It asks a server where nobody publishes anything.
            try await PebbleServer.use(dnsPort: other.port) { authority in
                try await PowerDNSServer.use(zones: [Workshop.domain]) { dns in
                    try await Workshop.useFolder { folder in
                        let workshop = Workshop(folder: folder, dns: dns, authority: authority)
                        let error = try #require(try await workshop.issuer().failure())
                        #expect(error.code == .unauthorized)
                        #expect(error.problem == "unauthorized")
                        #expect(error.spendsValidation)
                        #expect(error.detail.contains("saas.test"))
                    }
                }
            }
        }
    }

    @Test func theAuthorityForbidsTheName() async throws {
        var options = PebbleServer.Options()
        options.refusedDomains = [Workshop.domain]
        try await Workshop.use(options: options) { workshop in
            let error = try #require(try await workshop.issuer().failure())
            #expect(error.code == .refused)
            #expect(error.problem == "rejectedIdentifier")
            #expect(error.description.contains("rejectedIdentifier"))
        }
    }

    @Test func anAuthorityThatIsNotTrusted() async throws {
        try await Workshop.use { workshop in
            let base = try workshop.configuration()
            let configuration = try ACMEConfiguration(
                directory: workshop.authority.directory, email: Workshop.email, baseDomain: Workshop.domain,
                folder: base.folder, challenge: base.challenge, propagation: base.propagation)
            #expect(try await workshop.issuer(configuration).failure()?.code == .untrusted)
        }
    }

    @Test func anAuthorityThatHangsIsGivenUp() async throws {
        try await Workshop.use { workshop in
            try await workshop.authority.pause()
            let start = ContinuousClock.now
            let error = try await workshop.issuer(workshop.configuration(limit: .seconds(1))).failure()
            workshop.authority.resume()
            #expect(error?.code == .timedOut)
            #expect(ContinuousClock.now - start < .seconds(10))
            #expect(try Self.programs(with: workshop.folder.path).isEmpty)
            #expect(try Workshop.modes(in: workshop.folder).keys.sorted() == ["", "lock"])
        }
    }

    @Test func aCancelledRunEndsTheProgram() async throws {
        try await Workshop.use { workshop in
            try await workshop.authority.pause()
            let issuer = try workshop.issuer()
            let code = try await withThrowingTaskGroup(of: ACMEError.Code?.self) { group in
                group.addTask { await issuer.failure()?.code }
                try await Self.wait { try !Self.programs(with: workshop.folder.path).isEmpty }
                group.cancelAll()
                return try await group.next() ?? nil
            }
            workshop.authority.resume()
            #expect(code == .cancelled)
            #expect(try Self.programs(with: workshop.folder.path).isEmpty)
        }
    }

    /// The process ids of all programs with a text among their arguments.
    static func programs(with text: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { name in
            guard Int32(name) != nil,
                // Gone meanwhile.
                let arguments = try? String(contentsOfFile: "/proc/\(name)/cmdline", encoding: .utf8)
            else { return false }
            return arguments.contains(text)
        }
    }

    /// Waits for a condition, at most ten seconds.
    static func wait(until condition: () throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(10)
        while try !condition() {
            try #require(ContinuousClock.now < deadline)
            // Nothing tells when a process of another program is there: ask again.
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}
