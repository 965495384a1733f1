import Crypto
import Foundation
import Tenancy

/// The form in which a tenant lies in Redis, sealed so that whoever can write there cannot make a host lead elsewhere.
///
/// One byte for the version of the form (1), 32 of HMAC-SHA256 (RFC 2104) over the name of the Redis key and all that
/// follows, the time at which the catalog said it, the tenant. A genuine value under another key does not verify. An old
/// value under its own key does: that is why nothing out of Redis is believed for long.
struct TenantSeal: Sendable {
    private static let form: UInt8 = 1
    private static let header = 1 + 32

    private let key: SymmetricKey

    init(key: [UInt8]) { self.key = SymmetricKey(data: key) }

    func seal(_ tenant: Tenant, at time: Date, for name: String) -> [UInt8] {
        var body = ByteWriter()
        body.write(Int64(time.timeIntervalSince1970 * 1000))
        withUnsafeBytes(of: tenant.id.uuid.uuid) { body.bytes += $0 }
        body.write(tenant.version)
        body.write(Int64(tenant.schemaVersion))
        body.write(Int64(bitPattern: tenant.createdAt.timeIntervalSince1970.bitPattern))
        body.write(Int64(bitPattern: tenant.updatedAt.timeIntervalSince1970.bitPattern))
        for text in [
            tenant.name, tenant.subdomain.description, tenant.tier.description, tenant.status.rawValue,
            tenant.placement.cluster, tenant.placement.isolation.rawValue, tenant.placement.schema,
        ] { body.write(text) }
        return [Self.form] + Array(self.code(of: body.bytes[...], for: name)) + body.bytes
    }

    /// The tenant, and when the catalog said so; nil if this was not made by ``seal(_:at:for:)`` for this name.
    func open(_ bytes: [UInt8], for name: String) -> (tenant: Tenant, time: Date)? {
        guard bytes.count > Self.header, bytes[0] == Self.form else { return nil }
        let body = bytes[Self.header...]
        guard
            HMAC<SHA256>.isValidAuthenticationCode(
                bytes[1..<Self.header], authenticating: Self.authenticated(body, for: name), using: self.key)
        else { return nil }
        var reader = ByteReader(body)
        guard let time = reader.number(), let id = reader.uuid(), let version = reader.number(),
            let schemaVersion = reader.number(), let createdAt = reader.date(), let updatedAt = reader.date(),
            let name = reader.text(), let label = reader.text(), let tier = reader.text(), let status = reader.text(),
            let cluster = reader.text(), let isolation = reader.text(), let schema = reader.text(), reader.isAtEnd,
            let subdomain = Subdomain(stored: label), let status = TenantStatus(rawValue: status),
            let isolation = IsolationModel(rawValue: isolation)
        else { return nil }
        let tenant = Tenant(
            id: TenantID(id), name: name, subdomain: subdomain, tier: TierName(tier), status: status,
            placement: Placement(cluster: cluster, isolation: isolation, schema: schema), createdAt: createdAt,
            updatedAt: updatedAt, schemaVersion: Int(schemaVersion), version: version)
        return (tenant, Date(timeIntervalSince1970: Double(time) / 1000))
    }

    private func code(of body: ArraySlice<UInt8>, for name: String) -> HMAC<SHA256>.MAC {
        HMAC<SHA256>.authenticationCode(for: Self.authenticated(body, for: name), using: self.key)
    }

    /// The name ends with a byte that no name has.
    private static func authenticated(_ body: ArraySlice<UInt8>, for name: String) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(name.utf8.count + 2 + body.count)
        bytes.append(Self.form)
        bytes += name.utf8
        bytes.append(0)
        bytes += body
        return bytes
    }
}

/// Writes numbers and texts one after another.
private struct ByteWriter {
    var bytes: [UInt8] = []

    mutating func write(_ number: Int64) {
        withUnsafeBytes(of: number.bigEndian) { self.bytes += $0 }
    }

    /// The texts of a tenant are far shorter than the length can say.
    mutating func write(_ text: String) {
        let utf8 = text.utf8.prefix(Int(UInt16.max))
        withUnsafeBytes(of: UInt16(utf8.count).bigEndian) { self.bytes += $0 }
        self.bytes += utf8
    }
}

/// Reads what ``ByteWriter`` wrote; nil where there is something else.
private struct ByteReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { self.rest = bytes }

    var isAtEnd: Bool { self.rest.isEmpty }

    mutating func number() -> Int64? {
        self.take(8).map { $0.reduce(0) { $0 << 8 | Int64($1) } }
    }

    mutating func date() -> Date? {
        self.number().map { Date(timeIntervalSince1970: Double(bitPattern: UInt64(bitPattern: $0))) }
    }

    mutating func uuid() -> UUID? {
        self.take(16).map { bytes in
            var uuid = UUID().uuid
            withUnsafeMutableBytes(of: &uuid) { $0.copyBytes(from: bytes) }
            return UUID(uuid: uuid)
        }
    }

    mutating func text() -> String? {
        guard let length = self.take(2) else { return nil }
        return self.take(length.reduce(0) { $0 << 8 | Int($1) }).map { String(decoding: $0, as: UTF8.self) }
    }

    private mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
        guard self.rest.count >= count else { return nil }
        defer { self.rest = self.rest.dropFirst(count) }
        return self.rest.prefix(count)
    }
}
