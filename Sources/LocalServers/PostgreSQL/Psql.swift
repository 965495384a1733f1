import Foundation

/// The `psql` program as a client: for preparing servers, where no client library of ours is at hand.
struct Psql {
    let program: String
    let user: String
    let password: String
    let port: Int
    let database: String

    /// Runs statements, each in a transaction of its own; rows come back as lines, columns separated by `|`.
    func execute(_ statements: [String]) async throws -> String {
        let target = ConnectionURI(user: user, password: nil, port: port, database: database).text
        let options = ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", target]
        // The password goes by the environment: arguments can be read by every user of the machine.
        let tool = Tool(
            arguments: [program] + options + statements.flatMap { ["-c", $0] }, environment: ["PGPASSWORD": password])
        let output = try await tool.output(for: "Running SQL on the server at port \(port)")
        return output.hasSuffix("\n") ? String(output.dropLast()) : output
    }
}
