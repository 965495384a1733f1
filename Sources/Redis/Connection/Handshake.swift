import NIOCore

/// What is said first on a connection: who asks, in which database, and whether the server is ready.
struct Handshake {
    private let commands: [RedisCommand]

    init(_ configuration: RedisConfiguration) {
        var commands: [RedisCommand] = []
        if let password = configuration.password {
            let user = configuration.username.map { [RedisArgument.text($0)] } ?? []
            commands.append(RedisCommand("AUTH", arguments: user + [.text(password)]))
        }
        if configuration.database != 0 {
            commands.append(RedisCommand("SELECT", .integer(Int64(configuration.database))))
        }
        commands.append(RedisCommand("PING"))
        self.commands = commands
    }

    /// - Throws: ``RedisError`` with code `connectionFailed` or `authenticationFailed`.
    func run(on connection: Connection, _ deadline: NIODeadline) async throws {
        let replies: [RedisValue]
        do {
            let reply = try await connection.run(
                self.commands.flatMap(\.wire), count: self.commands.count, deadline: deadline)
            replies = self.commands.count == 1 ? [reply] : reply.array ?? []
        } catch {
            let cause = (error as? RedisError)?.cause as? RedisError
            if let server = cause?.server { throw RedisError.connectionFailed(RedisError.server(server)) }
            throw RedisError.connectionFailed(error)
        }
        for (command, reply) in zip(self.commands, replies) {
            guard case .error(let error) = reply else { continue }
            // A user need not be allowed to PING.
            if command.name == "PING", error.kind == .noPermission { continue }
            throw command.name == "AUTH" || error.isRefusal
                ? RedisError.refused(error) : .connectionFailed(RedisError.server(error))
        }
    }
}
