public import Logging
public import Redis
import Tenancy

/// What an installation keeps about its tenants on a Redis server: a memory that its processes share, and messages.
public struct RedisTenants: Sendable {
    /// The shared memory; nil without a key to seal it with.
    public let store: RedisTenantStore?
    /// Hints about changed tenants.
    public let messages: RedisTenantMessages

    /// Neither does anything before somebody runs the client.
    ///
    /// - Parameters:
    ///   - client: the server; others may use it for other things.
    ///   - installation: what installations on the same server differ in: the base domain.
    ///   - key: 32 secret bytes that all processes of the installation share, and nobody else; nil for messages only.
    ///   - patience: how long a request waits for the server.
    public init(
        client: RedisClient, installation: String, key: [UInt8]?, patience: Duration = RedisTenantStore.patience,
        logger: Logger
    ) {
        let names = RedisTenantNames(installation: installation)
        let forgetting = RedisForgetting(client: client, names: names)
        let pause = RedisPause()
        self.store = key.map {
            RedisTenantStore(
                client: client, names: names, seal: TenantSeal(key: $0), pause: pause, forgetting: forgetting,
                patience: patience, logger: logger)
        }
        self.messages = RedisTenantMessages(client: client, names: names, forgetting: forgetting)
    }
}

/// The names of everything about tenants on a Redis server.
struct RedisTenantNames: Sendable, Hashable {
    private let prefix: String

    init(installation: String) { self.prefix = "bulkhead:\(installation):tenants" }

    /// Where changes are announced.
    var channel: String { self.prefix }

    func key(_ key: TenantKey) -> String {
        switch key {
        case .subdomain(let subdomain): "\(self.prefix):name:\(subdomain)"
        case .id(let id): "\(self.prefix):id:\(id)"
        }
    }

    func proofChannel(_ process: String) -> String { "\(self.prefix):proof:\(process)" }
}
