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

    /// What the catalog has, opened.
    struct Found: Sendable {
        let record: SharedCertificate
        let bundle: CertificateBundle?
        let state: RenewalState
    }

    /// The certificate, if it is newer than this version.
    func newest(after version: Int) async throws -> (bundle: CertificateBundle, version: Int, renewedAt: Date?)? {
        guard try await self.repository.version(Self.name) > version else { return nil }
        let found = try await self.found()
        return found.bundle.map { ($0, found.record.version, found.record.renewedAt) }
    }

    /// Everything about the certificate.
    func found() async throws -> Found {
        let record = try await self.repository.certificate(Self.name)
        var bundle: CertificateBundle?
        if let chain = record.chain, let sealed = record.sealedKey {
            let key = try self.seal.open(sealed, context: Self.context("key"))
            bundle = try CertificateBundle(chainPEM: chain, keyPEM: String(decoding: key, as: UTF8.self))
        }
        return Found(record: record, bundle: bundle, state: self.state(of: record))
    }

    /// The account at the certificate authority; nil if there is none, or it cannot be read.
    func account(of record: SharedCertificate) throws -> ACMEAccount? {
        guard let sealed = record.sealedAccount else { return nil }
        return try ACMEAccount(data: Data(try self.seal.open(sealed, context: Self.context("account"))))
    }

    /// Puts a certificate in the place of the one found.
    ///
    /// - Returns: false if another process was quicker.
    func replace(
        _ found: Found, with bundle: CertificateBundle, account: ACMEAccount?, state: RenewalState
    ) async throws -> Bool {
        var record = found.record
        record.chain = bundle.chainPEM
        record.sealedKey = try self.seal.seal(Array(bundle.keyPEM.utf8), context: Self.context("key"))
        if let account {
            record.sealedAccount = try self.seal.seal(Array(try account.data), context: Self.context("account"))
        }
        record.state = try Self.encoder.encode(state)
        return try await self.repository.replace(Self.name, with: record)
    }

    /// Writes down what failed.
    func note(_ state: RenewalState) async throws {
        try await self.repository.note(Self.name, state: try Self.encoder.encode(state))
    }

    /// What an earlier release wrote, or nobody yet, is as good as nothing: then nothing has failed.
    private func state(of record: SharedCertificate) -> RenewalState {
        do { return try Self.decoder.decode(RenewalState.self, from: record.state) } catch { return RenewalState() }
    }

    private static func context(_ part: String) -> String { "certificate/\(Self.name)/\(part)" }

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
