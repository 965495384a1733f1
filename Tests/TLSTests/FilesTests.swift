import Certificates
import Foundation
import Logging
import NIOCore
import ServiceLifecycle
import Synchronization
import Testing

@testable import TLS

@Suite(.timeLimit(.minutes(2))) struct FilesTests {
    /// What was reported.
    private final class Reports: Sendable {
        private let list = Mutex<[CertificateFiles.Report]>([])

        var all: [CertificateFiles.Report] { self.list.withLock { $0 } }
        var refusals: [String] { self.all.compactMap { if case .refused(let reason) = $0 { reason } else { nil } } }
        func add(_ report: CertificateFiles.Report) { self.list.withLock { $0.append(report) } }
    }

    /// Lends a watcher that runs, on a pair that is good.
    private static func watching(
        _ authority: Authority,
        _ body: @escaping @Sendable (TemporaryFolder, LiveCertificate, Reports) async throws -> Void
    ) async throws {
        let (folder, reports) = (try TemporaryFolder(), Reports())
        let first = try authority.good()
        let files = try CertificateFiles(
            chain: try folder.write(first.chainPEM, to: "chain.pem"),
            key: try folder.write(first.keyPEM, to: "key.pem"), covering: Authority.hosts,
            interval: .milliseconds(20), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ) { reports.add($0) }
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await files.run() }
            try await body(folder, files.live, reports)
            tasks.cancelAll()
        }
    }

    private static func write(_ bundle: CertificateBundle, key: String? = nil, _ folder: TemporaryFolder) throws {
        try folder.write(bundle.chainPEM, to: "chain.pem")
        try folder.write(key ?? bundle.keyPEM, to: "key.pem")
    }

    @Test func newFilesAreTakenIntoUse() async throws {
        let authority = try Authority()
        try await Self.watching(authority) { folder, live, reports in
            for _ in 0..<3 {
                let next = try authority.good()
                try Self.write(next, folder)
                try await eventually { live.bundle == next && reports.all.last == .loaded(next) }
            }
            #expect(reports.refusals == [])
        }
    }

    @Test func whatCannotBeUsedIsRefusedOnceAndTheOldOneStays() async throws {
        let authority = try Authority()
        try await Self.watching(authority) { folder, live, reports in
            let first = live.bundle
            let bad: [(CertificateBundle, key: String?, word: String)] = [
                (try authority.expired(), nil, "expired at"), (try authority.future(), nil, "check the clock"),
                (try Authority.foreign(), nil, "does not cover *.saas.test, saas.test"),
                (try authority.good(), try authority.good().keyPEM, "not that of the first certificate"),
                (try authority.good(), "no key", "private key is missing"),
            ]
            for (number, (bundle, key, word)) in bad.enumerated() {
                try Self.write(bundle, key: key, folder)
                try await eventually { reports.refusals.count == number + 1 }
                #expect(reports.refusals.last?.contains(word) == true, "\(reports.refusals)")
                #expect(live.bundle == first)
            }
            try FileManager.default.removeItem(at: folder.url.appending(path: "key.pem"))
            try await eventually { reports.refusals.count == bad.count + 1 }
            #expect(reports.refusals.last?.contains("key.pem cannot be read") == true)
            // Once the files are good again they are taken, and nothing was said twice.
            let next = try authority.good()
            try Self.write(next, folder)
            try await eventually { live.bundle == next }
            #expect(reports.refusals.count == bad.count + 1)
        }
    }

    @Test func filesBehindALinkThatIsTurnedAreTaken() async throws {
        let authority = try Authority()
        try await Self.watching(authority) { folder, live, _ in
            let next = try authority.good()
            let files = FileManager.default
            try folder.write(next.chainPEM, to: "new-chain.pem")
            try folder.write(next.keyPEM, to: "new-key.pem")
            for name in ["chain.pem", "key.pem"] {
                let link = folder.url.appending(path: name)
                try files.removeItem(at: link)
                try files.createSymbolicLink(at: link, withDestinationURL: folder.url.appending(path: "new-" + name))
            }
            try await eventually { live.bundle == next }
        }
    }

    @Test func aBadPairAtTheStartIsThrown() async throws {
        let (authority, folder) = (try Authority(), try TemporaryFolder())
        func code(_ chain: String, _ key: String) throws -> CertificateError.Code? {
            let (chain, key) = (try folder.write(chain, to: "chain.pem"), try folder.write(key, to: "key.pem"))
            do throws(CertificateError) {
                _ = try CertificateFiles(
                    chain: chain, key: key, covering: Authority.hosts, logger: Logger(label: "test"))
            } catch {
                return error.code
            }
            return nil
        }
        let good = try authority.good()
        #expect(try code(good.chainPEM, good.keyPEM) == nil)
        #expect(try code(good.chainPEM, try authority.good().keyPEM) == .keyMismatch)
        #expect(try code(try authority.expired().chainPEM, good.keyPEM) == .keyMismatch)
        let expired = try authority.expired()
        #expect(try code(expired.chainPEM, expired.keyPEM) == .expired)
        #expect(try code(String(repeating: "x", count: 2 << 20), good.keyPEM) == .unreadableFile)
        let failure = #expect(throws: CertificateError.self) {
            try CertificateFiles(
                chain: "/nowhere/chain.pem", key: folder.url.path, covering: [], logger: Logger(label: "test"))
        }
        #expect(failure?.description.contains("/nowhere/chain.pem") == true)
        #expect(CertificateFile(path: folder.url.path).read() == .unreadable("\(folder.url.path) is no file"))
    }

    @Test func aPairThatIsHalfWrittenIsWaitedFor() throws {
        let authority = try Authority()
        let (old, new) = (try authority.good(), try authority.good())
        func content(_ chain: CertificateBundle, _ key: CertificateBundle) -> CertificateOffers.Content {
            .init(chain: .text(chain.chainPEM), key: .text(key.keyPEM))
        }
        var offers = CertificateOffers(inUse: content(old, old))
        var taken: [CertificateBundle] = []
        func consider(_ content: CertificateOffers.Content) -> CertificateOffers.Decision {
            offers.consider(content) { (bundle) throws(CertificateError) in taken.append(bundle) }
        }
        #expect(consider(content(old, old)) == .keep)
        // The chain first, then half of the key, then all of it.
        #expect(consider(content(new, old)) == .keep)
        let half = CertificateOffers.Finding.text(String(new.keyPEM.prefix(80)))
        #expect(consider(.init(chain: .text(new.chainPEM), key: half)) == .keep)
        #expect(consider(content(new, new)) == .taken)
        #expect(taken == [new])
        // What stays is complained about: at its second sight, once, and again only when it has come anew.
        func isRefused(_ decision: CertificateOffers.Decision) -> Bool {
            if case .refuse = decision { true } else { false }
        }
        let wrong = content(old, new)
        #expect([0, 1, 2, 3].map { _ in isRefused(consider(wrong)) } == [false, true, false, false])
        #expect(consider(content(new, new)) == .keep)
        #expect([0, 1, 2].map { _ in isRefused(consider(wrong)) } == [false, true, false])
        #expect(taken == [new])
    }

    @Test func whatBecomesValidIsTaken() throws {
        let bundle = try Authority().good()
        let content = CertificateOffers.Content(chain: .text(bundle.chainPEM), key: .text(bundle.keyPEM))
        var offers = CertificateOffers(inUse: .init(chain: .text(""), key: .text("")))
        var isValid = false
        func consider() -> CertificateOffers.Decision {
            offers.consider(content) { (bundle) throws(CertificateError) in
                if !isValid { try bundle.check(covering: [], at: bundle.notBefore - 1) }
            }
        }
        #expect(consider() == .keep)
        guard case .refuse = consider() else {
            Issue.record("not refused")
            return
        }
        isValid = true
        #expect(consider() == .taken)
        #expect(consider() == .keep)
    }
}
