import Crypto
public import Identity
import Synchronization
public import Tenancy

/// Makes context credentials with the newest application key, and follows rotation and the database's clock.
public final class ContextSigner: Sendable {
    /// How long a credential is good for, in milliseconds; half of what the database would accept.
    static let lifetime: Int64 = 15_000

    private struct State {
        var keyID: String
        var secret: SymmetricKey
        var offset: Int64 = 0

        init(_ key: ContextKey) {
            self.keyID = key.kid
            self.secret = SymmetricKey(data: key.secret)
        }
    }

    private let state: Mutex<State>

    /// A signer with these keys.
    ///
    /// - Returns: nil if there is no key.
    public init?(keys: [ContextKey]) {
        guard let newest = keys.max(by: { $0.createdAt < $1.createdAt }) else { return nil }
        self.state = Mutex(State(newest))
    }

    /// Signs with the newest of `keys` from now on; keeps the old key if there is none.
    public func replace(with keys: [ContextKey]) {
        guard let newest = keys.max(by: { $0.createdAt < $1.createdAt }) else { return }
        self.state.withLock { state in
            let offset = state.offset
            state = State(newest)
            state.offset = offset
        }
    }

    /// By how many milliseconds the database's clock is ahead of ours, as last measured.
    public var clockOffset: Int64 { self.state.withLock { $0.offset } }

    /// Takes note of a measurement of ``clockOffset``.
    func correctClock(offset: Int64) {
        self.state.withLock { $0.offset = offset }
    }

    /// A credential that is good from now on.
    public func credential(for tenant: TenantID, mode: AccessMode) -> ContextCredential {
        let state = self.state.withLock { $0 }
        let expiry = SystemClock.milliseconds() + state.offset + Self.lifetime
        return ContextCredential(
            tenant: tenant, mode: mode, expiresAt: expiry, keyID: state.keyID, secret: state.secret)
    }
}
