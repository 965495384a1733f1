import ACME
import Certificates
import Foundation
import Identity
import Tenancy

/// The certificate that one process gets and all show, by way of the catalog; the key is sealed on the way.
struct CertificateSharing: Sendable {
    /// There is one certificate: that of the base domain and everything below it.
    private static let name = "wildcard"

    let repository: any SharedCertificateRepository
    let seal: SecretSeal

    /// What the catalog has.
    struct Found: Sendable {
        let record: SharedCertificate
        let state: RenewalState
    }

    /// Everything about the certificate, with its secrets still sealed.
    func found() async throws -> Found {
        let record = try await self.repository.certificate(Self.name)
        return Found(record: record, state: Self.state(of: record))
    }

    /// The certificate, opened; nil if there is none.
    ///
    /// - Throws: ``SharedCertificateFault`` if it was sealed with another secret, is damaged, or is not the key's.
    func bundle(of found: Found) throws(SharedCertificateFault) -> CertificateBundle? {
        guard let chain = found.record.chain, let sealed = found.record.sealedKey else { return nil }
        do {
            let key = try self.seal.open(sealed, context: Self.context("key"))
            return try CertificateBundle(chainPEM: chain, keyPEM: String(decoding: key, as: UTF8.self))
        } catch {
            throw SharedCertificateFault(error)
        }
    }

    /// The account at the certificate authority; nil if there is none.
    ///
    /// - Throws: ``SharedCertificateFault`` if it was sealed with another secret, or is damaged.
    func account(of found: Found) throws(SharedCertificateFault) -> ACMEAccount? {
        guard let sealed = found.record.sealedAccount else { return nil }
        do {
            return try ACMEAccount(data: Data(try self.seal.open(sealed, context: Self.context("account"))))
        } catch {
            throw SharedCertificateFault(error)
        }
    }

    /// Puts a certificate in the place of the one found.
    ///
    /// - Parameter account: the account that ordered it; nil leaves the one that is there.
    /// - Returns: false if another process was quicker.
    func replace(
        _ found: Found, with bundle: CertificateBundle, account: ACMEAccount?, state: RenewalState
    ) async throws -> Bool {
        var record = found.record
        record.chain = bundle.chainPEM
        record.sealedKey = try self.seal.seal(Array(bundle.keyPEM.utf8), context: Self.context("key"))
        record.sealedAccount = try account.map(self.sealed)
        record.state = try Self.encoder.encode(state)
        return try await self.repository.replace(Self.name, with: record)
    }

    /// Writes down what failed, and with which account.
    func note(_ state: RenewalState, account: ACMEAccount?) async throws {
        try await self.repository.note(
            Self.name, state: try Self.encoder.encode(state), sealedAccount: try account.map(self.sealed))
    }

    private func sealed(_ account: ACMEAccount) throws -> [UInt8] {
        try self.seal.seal(Array(try account.data), context: Self.context("account"))
    }

    /// What another release wrote, or nobody yet, is as good as nothing: then nothing has failed.
    private static func state(of record: SharedCertificate) -> RenewalState {
        do { return try self.decoder.decode(RenewalState.self, from: record.state) } catch { return RenewalState() }
    }

    private static func context(_ part: String) -> String { "certificate/\(self.name)/\(part)" }

    private static var encoder: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        return encoder
    }

    private static var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return decoder
    }
}

extension CertificateBundle {
    /// Now, unless the authority's clock was ahead of this one: those who connect have clocks of their own.
    var earliestUse: Date { max(Date(), self.notBefore) }
}
