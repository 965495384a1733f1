/// Where the databases of a development instance are, as libpq URIs.
public struct DevelopmentURLs: Sendable, Hashable, Codable {
    /// Tenants' rows, as `bulkhead_app`.
    public let app: String
    /// The catalog, as `bulkhead_control`.
    public let control: String
    /// Everything, as the superuser of the private cluster.
    public let superuser: String

    /// The name of the database.
    static let database = "bulkhead"

    init(_ record: DevelopmentRecord) {
        // Nothing in these passwords needs escaping.
        func uri(_ user: String, _ password: String) -> String {
            "postgresql://\(user):\(password)@127.0.0.1:\(record.databasePort)/\(Self.database)"
        }
        self.app = uri("bulkhead_app", record.appPassword)
        self.control = uri("bulkhead_control", record.controlPassword)
        self.superuser = uri("postgres", record.superuserPassword)
    }
}
