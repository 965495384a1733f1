public import Foundation
import Identity
public import Redis

/// Which Redis server makes an installation faster; nothing depends on it.
public struct RedisSettings: Sendable {
    /// Where it is and as whom, with the authorities that are trusted.
    public var client: RedisConfiguration
    /// The secret from which the key is made that seals what is kept there; nil is the installation's.
    public var secretFile: URL?

    /// A server.
    public init(client: RedisConfiguration, secretFile: URL? = nil) {
        self.client = client
        self.secretFile = secretFile
    }

    /// The key that seals what is kept about tenants.
    ///
    /// - Parameter seal: the installation's secret; nil for a process that does not have it.
    /// - Returns: 32 bytes; nil if there is no secret at all.
    /// - Throws: `IdentityError` if the file of the secret cannot be used.
    func key(_ seal: SecretSeal?) throws -> [UInt8]? {
        let own = try self.secretFile.map { try SecretSeal.read(file: $0) }
        return (own ?? seal)?.derive(context: "redis.tenants")
    }
}
