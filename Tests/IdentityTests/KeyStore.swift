import Foundation
import Identity
import Synchronization
import Tenancy

/// Sealed keys in memory, with the rules that the port demands.
final class KeyStore: SealedKeyRepository {
    private let state = Mutex<[SealedKey]>([])
    private let clock: TurnedClock

    init(clock: TurnedClock) {
        self.clock = clock
    }

    var all: [SealedKey] { self.state.withLock { $0 } }

    func keys(_ purpose: KeyPurpose) async throws -> [SealedKey] {
        self.all.filter { $0.purpose == purpose }
    }

    func add(_ key: SealedKey, by principal: Principal) async throws {
        self.state.withLock { $0.append(key) }
    }

    func retire(kid: String, by principal: Principal) async throws {
        try self.replace(kid) { key in
            SealedKey(
                kid: key.kid, purpose: key.purpose, publicKey: key.publicKey, sealed: key.sealed,
                createdAt: key.createdAt, retiredAt: self.clock.now)
        }
    }

    /// Changes a row behind everybody's back.
    func replace(_ kid: String, with change: (SealedKey) -> SealedKey) throws {
        try self.state.withLock { keys in
            guard let index = keys.firstIndex(where: { $0.kid == kid }) else { throw DomainError.notFound("key") }
            keys[index] = change(keys[index])
        }
    }
}
