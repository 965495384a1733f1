import Foundation
import Tenancy

/// A tenant's id as two numbers: Foundation's UUID is copied and hashed by calls, this in registers.
struct TurnKey: Sendable, Hashable {
    private let high: UInt64
    private let low: UInt64
    /// Whether it is about the tenant's own connections, for which it stands in no line with others.
    let isDedicated: Bool

    init(_ id: TenantID, isDedicated: Bool = false) {
        self.isDedicated = isDedicated
        (self.high, self.low) = withUnsafeBytes(of: id.uuid.uuid) {
            ($0.loadUnaligned(as: UInt64.self), $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        }
    }

    var id: TenantID {
        var uuid = UUID().uuid
        withUnsafeMutableBytes(of: &uuid) {
            $0.storeBytes(of: self.high, as: UInt64.self)
            $0.storeBytes(of: self.low, toByteOffset: 8, as: UInt64.self)
        }
        return TenantID(UUID(uuid: uuid))
    }
}
