import ServerBootstrap

/// The command line of an application's server.
struct ServerOptions: Sendable, Equatable {
    /// The port of the HTTP listener; nil for what the configuration says.
    var port: Int?
    /// The folder of a development instance; nil for the standard one, and that only if nothing names a database.
    var data: String?
    /// Whether to say in JSON that the server is ready.
    var json = false

    static let help = """
        OPTIONS: --port <port>   listen there; 0 takes any free port
                 --data <folder> a private PostgreSQL in this folder (default: .bulkhead, if no database is configured)
                 --json          one line of JSON once ready
        Settings come from BULKHEAD_* variables and bulkhead.yaml, as for 'bulkhead serve'.
        """

    /// Reads arguments; nil if somebody wants help.
    init?(_ arguments: some Sequence<String>) throws {
        var rest = Array(arguments)[...]
        while let argument = rest.popFirst() {
            switch argument {
            case "--help", "-h": return nil
            case "--json": self.json = true
            case "--data":
                guard let folder = rest.popFirst() else { throw ServerOptionsError(argument: argument) }
                self.data = folder
            case "--port":
                guard let port = rest.popFirst().flatMap({ Int($0) }), (0...65_535).contains(port) else {
                    throw ServerOptionsError(argument: argument)
                }
                self.port = port
            default: throw ServerOptionsError(argument: argument)
            }
        }
    }

    /// What the command line settles of the configuration.
    var flags: [Setting: String] { self.port.map { [.httpPort: String($0)] } ?? [:] }
}

/// The command line cannot be understood.
struct ServerOptionsError: Error, CustomStringConvertible {
    let argument: String

    var description: String { "\(self.argument) is no option, or lacks its value\n\(ServerOptions.help)" }
}
