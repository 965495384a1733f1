import ACME
import Certificates
import DNSTestSupport
import Foundation
import Testing

/// Certificates from a real authority, proven through a real name server.
@Suite struct IssueTests {
    @Test func aWildcardIsIssuedAndRenewedWhateverHappensInBetween() async throws {
        var options = PebbleServer.Options()
        options.reusedAuthorizations = 100
        try await Workshop.use(options: options) { workshop in
            let issuer = try workshop.issuer()
            let first = try await issuer.obtain(replacing: nil)
            #expect(Set(first.names) == ["*.saas.test", "saas.test"])
            #expect(first.covers("acme.saas.test"))
            try await Self.expectValidChain(first, workshop)
            #expect(first.notAfter.timeIntervalSince(first.notBefore) < 91 * 86_400)
            try Self.expectPrivate(workshop.folder)

            // Whoever asks without a certificate, after a crash say, gets the one that is there.
            let orders = try workshop.orders()
            #expect(try await issuer.obtain(replacing: nil) == first)
            #expect(try workshop.orders() == orders)

            let account = try #require(try await issuer.account())
            let second = try await issuer.obtain(replacing: first)
            #expect(second.serial != first.serial)
            #expect(second.keyPEM != first.keyPEM)
            #expect(try await issuer.account() == account)

            // The authority forgets the account.
            try await workshop.authority.restart()
            let third = try await issuer.obtain(replacing: second)
            #expect(third.serial != second.serial)
            #expect(try await issuer.account() != account)
            try await Self.expectValidChain(third, workshop)
            try Self.expectPrivate(workshop.folder)

            // The authority is down.
            try await workshop.authority.stop()
            let error = try #require(await issuer.failure(replacing: third))
            #expect(error.code == .unreachable)
            #expect(error.names == ["*.saas.test", "saas.test"])
            #expect(error.detail.contains("connection refused"))
            #expect(try await issuer.obtain(replacing: second) == third, "the old one is kept")
        }
    }

    @Test func anAccountCanBeSharedByReplicas() async throws {
        try await Workshop.use(options: Self.believing) { workshop in
            let issuer = try workshop.issuer()
            #expect(try await issuer.account() == nil)
            _ = try await issuer.obtain(replacing: nil)
            let account = try #require(try await issuer.account())
            let copy = try ACMEAccount(data: try account.data)
            #expect(copy == account)
            for shown in ["\(copy)", String(reflecting: copy), String(describing: Mirror(reflecting: copy).children)] {
                #expect(!shown.contains("PRIVATE"))
            }
            try await Workshop.useFolder { other in
                let replica = ACMEIssuer(
                    try ACMEConfiguration(
                        directory: workshop.authority.directory, email: Workshop.email, baseDomain: Workshop.domain,
                        folder: other, challenge: try workshop.configuration().challenge,
                        propagation: try workshop.configuration().propagation,
                        trustedAuthorities: workshop.authority.authorities), logger: .silent)
                try await replica.adopt(copy)
                _ = try await replica.obtain(replacing: nil)
                #expect(try await replica.account() == account)
                #expect(try workshop.authority.count(of: "There are now 1 accounts") == 1)
                #expect(try workshop.authority.count(of: "There are now 2 accounts") == 0)
            }
        }
    }

    @Test func processesOnOneFolderTakeTurns() async throws {
        try await Workshop.use(options: Self.believing) { workshop in
            let issuers = [try workshop.issuer(), try workshop.issuer(), try workshop.issuer()]
            let serials = try await withThrowingTaskGroup(of: String.self) { group in
                for issuer in issuers { group.addTask { try await issuer.obtain(replacing: nil).serial } }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(serials.count == 1)
            #expect(try workshop.orders() == 1)
        }
    }

    @Test func whatAKilledRunLeftBehindDoesNoHarm() async throws {
        try await Workshop.use(options: Self.believing) { workshop in
            let stale = workshop.folder.appending(path: "run-stale/certificates")
            try FileManager.default.createDirectory(at: stale, withIntermediateDirectories: true)
            for (path, text) in [
                ("run-stale/certificates/_.saas.test.crt", "-----BEGIN CERT"), ("account.json", "{\"dir"),
                ("account.json.new", ""), ("certificate.json", "{"), ("certificate.json.new", "half"), ("lock", ""),
            ] {
                try text.write(to: workshop.folder.appending(path: path), atomically: false, encoding: .utf8)
            }
            let bundle = try await workshop.issuer().obtain(replacing: nil)
            #expect(bundle.covers("a.saas.test"))
            #expect(try await workshop.issuer().account() != nil)
            try Self.expectPrivate(workshop.folder, but: ["lock", "account.json.old"])
        }
    }

    /// For what is not about proofs: they take seconds.
    private static var believing: PebbleServer.Options {
        var options = PebbleServer.Options()
        options.believesEverything = true
        return options
    }

    /// Nothing but what belongs there, for nobody but the owner.
    private static func expectPrivate(_ folder: URL, but made: Set<String> = []) throws {
        for (path, mode) in try Workshop.modes(in: folder) where !made.contains(path) {
            #expect(mode == (path.isEmpty ? 0o700 : 0o600), "\(path)")
            #expect(["", "account.json", "account.json.old", "certificate.json", "lock"].contains(path), "\(path)")
        }
    }

    /// As openssl sees it.
    private static func expectValidChain(_ bundle: CertificateBundle, _ workshop: Workshop) async throws {
        let root = workshop.folder.deletingLastPathComponent().appending(path: "root.pem")
        let chain = workshop.folder.deletingLastPathComponent().appending(path: "chain.pem")
        try await workshop.authority.root().write(to: root, atomically: true, encoding: .utf8)
        try bundle.chainPEM.write(to: chain, atomically: true, encoding: .utf8)
        let verify = Process()
        verify.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        verify.arguments = [
            "verify", "-CAfile", root.path, "-untrusted", chain.path, "-verify_hostname", "acme.saas.test", chain.path,
        ]
        verify.standardOutput = FileHandle.nullDevice
        try verify.run()
        verify.waitUntilExit()
        #expect(verify.terminationStatus == 0)
    }
}
