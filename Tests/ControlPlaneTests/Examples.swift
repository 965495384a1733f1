import Foundation
import Identity
import Tenancy
import Testing

@testable import ControlPlane

/// Values that the tests start from.
enum Examples {
    static let now = Date(timeIntervalSince1970: 1_750_000_000)
    static let hasher = PasswordHasher(cost: .cheapest)
    static let password = "a long enough password"

    static func tenant(_ label: String, _ status: TenantStatus) -> Tenant {
        guard let subdomain = Subdomain(stored: label) else { preconditionFailure("\(label) is no label") }
        let id = TenantID.random()
        return Tenant(
            id: id, name: "Acme", subdomain: subdomain, tier: TierName("free"), status: status,
            placement: .ownSchema(of: id), createdAt: Self.now, updatedAt: Self.now, schemaVersion: 1, version: 1)
    }

    static func member(_ status: MemberStatus = .active, role: MemberRole = .member) throws -> Member {
        Member(
            id: .random(), email: try #require(EmailAddress("ann@example.com")), name: "Ann", role: role,
            status: status, createdAt: Self.now)
    }

    static func access(_ principal: Principal = .anonymous, mode: AccessMode = .readWrite) -> TenantAccess {
        TenantAccess(
            verified: .random(), mode: mode, principal: principal, tier: TierName("free"), requestID: "request-1")
    }

    static func authority() -> TokenAuthority {
        TokenAuthority(
            issuer: "https://bulkhead.example.com", keys: SigningKeySet(current: .generate()), now: { Self.now })
    }
}
