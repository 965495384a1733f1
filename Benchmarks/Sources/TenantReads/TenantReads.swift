import Foundation
import Logging
import Postgres

/// Sends the same batch for some seconds through the client and prints transactions a second.
///
/// The batch comes as JSON on standard input, so that `scripts/bench` can give the very same SQL to pgbench:
/// `{"uri", "connections", "tasks", "seconds", "scope", "queries": [{"sql", "values": [...]}]}`.
@main
struct TenantReads {
    struct Order: Decodable {
        struct Query: Decodable {
            let sql: String
            let values: [String]
        }
        let uri: String
        let connections: Int
        let tasks: Int
        let seconds: Double
        let scope: String?
        let queries: [Query]
    }

    static func main() async throws {
        let order = try JSONDecoder().decode(Order.self, from: FileHandle.standardInput.readDataToEndOfFile())
        var configuration = PostgresConfiguration(connectionString: order.uri)
        configuration.maximumConnections = order.connections
        let client = PostgresClient(configuration: configuration, logger: Logger(label: "bench"))
        let batch = PostgresBatch(
            order.queries.map { PostgresQuery(unsafeSQL: $0.sql, bindings: $0.values.map(\.postgresBinding)) },
            planScope: order.scope)
        let rate = try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await client.run() }
            _ = try await client.execute(batch)
            let start = ContinuousClock.now
            let done = try await Self.work(client, batch, order, until: start + .seconds(order.seconds))
            let elapsed = ContinuousClock.now - start
            group.cancelAll()
            return Double(done) / (elapsed / .seconds(1))
        }
        print(String(format: "%.0f", rate))
    }

    private static func work(
        _ client: PostgresClient, _ batch: PostgresBatch, _ order: Order, until end: ContinuousClock.Instant
    ) async throws -> Int {
        try await withThrowingTaskGroup(of: Int.self) { tasks in
            for _ in 0..<order.tasks {
                tasks.addTask {
                    var done = 0
                    while ContinuousClock.now < end {
                        let answers = try await client.execute(batch)
                        guard answers.last?.count == 1 else { throw Unexpected.answer }
                        done += 1
                    }
                    return done
                }
            }
            return try await tasks.reduce(0, +)
        }
    }

    enum Unexpected: Error { case answer }
}
