public import Certificates
import Foundation
public import Logging
public import ServiceLifecycle

/// Keeps the certificate in use as it is in two files.
///
/// The files are read at an interval rather than watched: that also sees links that were turned elsewhere, and file
/// systems that report no events. A pair that does not fit, has expired or does not cover the hosts is refused with
/// words, and the certificate in use stays.
public struct CertificateFiles: Service {
    /// What became of files that had changed.
    public enum Report: Sendable, Equatable {
        /// They are in use now.
        case loaded(CertificateBundle)
        /// They are not used, for a reason that is for people.
        case refused(String)
    }

    /// What is in use, for the listeners.
    public let live: LiveCertificate
    private let chain: CertificateFile
    private let key: CertificateFile
    private let first: CertificateOffers.Content
    private let interval: Duration
    private let logger: Logger
    private let onReport: @Sendable (Report) async -> Void

    /// Reads both files and takes them into use.
    ///
    /// - Parameters:
    ///   - chain: the path of the chain, leaf first, as PEM.
    ///   - key: the path of the leaf's key, as PEM; it may be the same file.
    ///   - hosts: what any certificate has to cover.
    ///   - interval: how often the files are looked at.
    ///   - onReport: told of changes, after they have been logged.
    /// - Throws: `CertificateError`, with the path in its text if a file cannot be read.
    public init(
        chain: String, key: String, covering hosts: [String], interval: Duration = .seconds(2), logger: Logger,
        onReport: @escaping @Sendable (Report) async -> Void = { _ in }
    ) throws(CertificateError) {
        self.chain = CertificateFile(path: chain)
        self.key = CertificateFile(path: key)
        self.first = CertificateOffers.Content(chain: self.chain.read(), key: self.key.read())
        self.live = try LiveCertificate(Self.bundle(self.first), covering: hosts)
        self.interval = interval
        self.logger = logger
        self.onReport = onReport
    }

    /// Looks at the files until graceful shutdown or cancellation.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            var offers = CertificateOffers(inUse: self.first)
            while !Task.isCancelled {
                do {
                    // This is the interval itself.
                    try await Task.sleep(for: self.interval)
                } catch {
                    return
                }
                await self.look(&offers)
            }
        }
    }

    private func look(_ offers: inout CertificateOffers) async {
        let content = CertificateOffers.Content(chain: self.chain.read(), key: self.key.read())
        let decision = offers.consider(content) { (bundle) throws(CertificateError) in
            try self.live.replace(with: bundle)
        }
        switch decision {
        case .keep: break
        case .taken:
            let bundle = self.live.bundle
            self.logger.notice("new certificate in use", metadata: ["certificate": "\(bundle)"])
            await self.onReport(.loaded(bundle))
        case .refuse(let reason):
            self.logger.error(
                "new certificate refused; the old one stays in use",
                metadata: ["reason": "\(reason)", "chain": "\(self.chain.path)", "key": "\(self.key.path)"])
            await self.onReport(.refused(reason))
        }
    }

    private static func bundle(_ content: CertificateOffers.Content) throws(CertificateError) -> CertificateBundle {
        switch (content.chain, content.key) {
        case (.text(let chain), .text(let key)): return try CertificateBundle(chainPEM: chain, keyPEM: key)
        case (.unreadable(let reason), _), (_, .unreadable(let reason)): throw .unreadableFile(reason)
        }
    }
}

/// One of the two files.
struct CertificateFile: Sendable {
    /// More than any chain or key has, so that a wrong path does not fill the memory.
    private static let limit = 1 << 20

    let path: String

    func read() -> CertificateOffers.Finding {
        do {
            let type = try FileManager.default.attributesOfItem(atPath: self.resolved)[.type] as? FileAttributeType
            guard type == .typeRegular else { return .unreadable("\(self.path) is no file") }
            let handle = try FileHandle(forReadingFrom: URL(filePath: self.path))
            let data = try handle.read(upToCount: Self.limit) ?? Data()
            try handle.close()
            guard data.count < Self.limit else { return .unreadable("\(self.path) is too large for a certificate") }
            return .text(String(decoding: data, as: UTF8.self))
        } catch {
            return .unreadable("\(self.path) cannot be read: \(error.localizedDescription)")
        }
    }

    private var resolved: String { URL(filePath: self.path).resolvingSymlinksInPath().path }
}
