public import Foundation
public import Postgres
public import Tenancy

/// Certificates in `bulkhead.certificates`.
public struct PostgresSharedCertificates: SharedCertificateRepository {
    private let client: PostgresClient

    /// Certificates through `client`, which logs in as `bulkhead_control`.
    public init(client: PostgresClient) { self.client = client }

    /// The certificate of this name; see ``SharedCertificateRepository/certificate(_:)``.
    public func certificate(_ name: String) async throws -> SharedCertificate {
        let rows = try await self.client.query(
            """
            SELECT version, chain, sealed_key, sealed_account, state::text, renewed_at FROM bulkhead.certificates
            WHERE name = \(name)
            """)
        guard let row = rows.first else { return SharedCertificate() }
        return SharedCertificate(
            version: try row[0].decode(Int.self), chain: try row[1].decode(String?.self),
            sealedKey: try row[2].decode([UInt8]?.self), sealedAccount: try row[3].decode([UInt8]?.self),
            state: Data(try row[4].decode(String.self).utf8), renewedAt: try row[5].decode(Date?.self))
    }

    /// Puts a certificate there; see ``SharedCertificateRepository/replace(_:with:)``.
    public func replace(_ name: String, with certificate: SharedCertificate) async throws -> Bool {
        let state = String(decoding: certificate.state, as: UTF8.self)
        let rows = try await self.client.query(
            """
            INSERT INTO bulkhead.certificates AS c (name, version, chain, sealed_key, sealed_account, state, renewed_at)
            SELECT \(name), \(certificate.version)::bigint + 1, \(certificate.chain), \(certificate.sealedKey),
                   \(certificate.sealedAccount), \(state)::jsonb, clock_timestamp()
            ON CONFLICT (name) DO UPDATE
            SET version = excluded.version, chain = excluded.chain, sealed_key = excluded.sealed_key,
                sealed_account = coalesce(excluded.sealed_account, c.sealed_account), state = excluded.state,
                renewed_at = excluded.renewed_at
            WHERE c.version = \(certificate.version)::bigint
            """)
        return rows.affectedRows == 1
    }

    /// Writes down what failed; see ``SharedCertificateRepository/note(_:state:sealedAccount:)``.
    public func note(_ name: String, state: Data, sealedAccount: [UInt8]?) async throws {
        _ = try await self.client.query(
            """
            INSERT INTO bulkhead.certificates AS c (name, state, sealed_account)
            VALUES (\(name), \(String(decoding: state, as: UTF8.self))::jsonb, \(sealedAccount))
            ON CONFLICT (name) DO UPDATE
            SET state = excluded.state, sealed_account = coalesce(excluded.sealed_account, c.sealed_account)
            """)
    }
}
