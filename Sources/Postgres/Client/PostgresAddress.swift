import CLibPQ

/// Where a connection string leads, as libpq reads it: for tools that tell others how to connect.
public struct PostgresAddress: Sendable, Hashable {
    /// Host names, addresses or folders of Unix sockets; several are separated by commas.
    ///
    /// Nil leaves it to libpq's defaults.
    public let host: String?
    /// The port; several are separated by commas.
    public let port: String?
    /// The database.
    public let database: String?
    /// The role.
    public let user: String?
    /// How much TLS there has to be (manual, section 34.19).
    public let sslMode: String?
    /// The file with the authorities of the server's certificate.
    public let authorityFile: String?

    /// Reads a connection string.
    ///
    /// - Throws: ``PostgresError`` with code `invalidConfiguration`, which does not quote the string.
    public init(_ connectionString: String) throws(PostgresError) {
        let values = try Self.options(connectionString)
        self.host = values["host"] ?? values["hostaddr"]
        self.port = values["port"]
        self.database = values["dbname"]
        self.user = values["user"]
        self.sslMode = values["sslmode"]
        self.authorityFile = values["sslrootcert"]
    }

    /// The password in a connection string; nil if it has none.
    ///
    /// - Throws: ``PostgresError`` with code `invalidConfiguration`, which does not quote the string.
    public static func password(in connectionString: String) throws(PostgresError) -> String? {
        try self.options(connectionString)["password"]
    }

    private static func options(_ text: String) throws(PostgresError) -> [String: String] {
        var problem: UnsafeMutablePointer<CChar>?
        let options = PQconninfoParse(text, &problem)
        PQfreemem(problem)
        guard let options else { throw PostgresError.invalidConfiguration }
        defer { PQconninfoFree(options) }
        var values: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { values[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        return values
    }
}
