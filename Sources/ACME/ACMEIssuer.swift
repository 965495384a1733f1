public import Certificates
import Foundation
public import Logging

/// Gets and renews the wildcard certificate of a base domain by ACME DNS-01 (RFC 8555), through `lego`.
///
/// It does not decide when - that is ``RenewalPlan`` - and hands the certificate to its caller alone.
public struct ACMEIssuer: Sendable {
    private let configuration: ACMEConfiguration
    private let logger: Logger

    /// Makes an issuer; nothing is done until it is asked.
    public init(_ configuration: ACMEConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
    }

    /// Gets a certificate for the configured names.
    ///
    /// One at a time works in the folder, in all processes. A certificate that another call got in the meantime, or
    /// that was got before a crash, is returned if it differs from the one to be replaced and is not due itself: no
    /// order is spent on it.
    ///
    /// - Parameter old: The certificate in use. It stays valid, whatever happens.
    /// - Throws: ``ACMEError``. When the task is cancelled, once lego has ended.
    public func obtain(replacing old: CertificateBundle?) async throws(ACMEError) -> CertificateBundle {
        try await self.hold { folder throws(ACMEError) in
            let now = Date.now
            if let kept = try folder.certificate(at: now), kept.serial != old?.serial,
                now < CertificateLifetime(kept).renewalDue
            {
                self.logger.info("a certificate is there already", metadata: ["serial": "\(kept.serial)"])
                return kept
            }
            let bundle = try await self.order(in: folder)
            self.logger.info(
                "certificate issued",
                metadata: [
                    "names": "\(bundle.names)", "issuer": "\(bundle.issuer)", "serial": "\(bundle.serial)",
                    "notAfter": "\(bundle.notAfter.formatted(.iso8601))",
                ])
            self.keep(bundle, in: folder)
            return bundle
        }
    }

    /// The account at the authority, for replicas to share; nil before the first certificate.
    public func account() async throws(ACMEError) -> ACMEAccount? {
        try await self.hold { folder throws(ACMEError) in try folder.account() }
    }

    /// Uses an account that another replica made; one of another authority or address is passed over.
    public func adopt(_ account: ACMEAccount) async throws(ACMEError) {
        try await self.hold { folder throws(ACMEError) in
            if account.fits(self.configuration) { try folder.keep(account) }
        }
    }

    private func hold<Value: Sendable>(
        _ body: (WorkFolder) async throws(ACMEError) -> Value
    ) async throws(ACMEError) -> Value {
        let folder = try WorkFolder(self.configuration)
        let subject = FailureSubject(self.configuration)
        return try await folder.lock.hold(
            atMost: self.configuration.timeLimit, busy: subject.error(.busy), cancelled: subject.error(.cancelled)
        ) { () async throws(ACMEError) -> Value in try await body(folder) }
    }

    /// Orders with the kept account, and once more with a new one if the authority does not know it (any more).
    private func order(in folder: WorkFolder) async throws(ACMEError) -> CertificateBundle {
        let account = try folder.account()
        do {
            return try await LegoRun(self.configuration, folder: folder, account: account).bundle()
        } catch {
            guard error.code == .accountUnknown, account != nil else { throw error }
            self.logger.warning(
                "the certificate authority does not know the account; making a new one",
                metadata: ["authority": "\(self.configuration.directory.host() ?? "")"])
            try folder.setAccountAside()
            return try await LegoRun(self.configuration, folder: folder, account: nil).bundle()
        }
    }

    private func keep(_ bundle: CertificateBundle, in folder: WorkFolder) {
        do {
            try folder.keep(bundle)
        } catch {
            // The certificate is good, and its caller stores it: not to be lost for a full disk.
            self.logger.warning("the certificate could not be kept", metadata: ["error": "\(error.detail)"])
        }
    }
}
