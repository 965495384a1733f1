import Foundation
import Logging
import Redis
import RedisTestSupport
import ServiceLifecycle

/// Why a test cannot go on.
struct Failure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// Waits for a condition.
func eventually(
    _ what: String, within limit: Duration = .seconds(20), _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    while try await !condition() {
        guard ContinuousClock.now < deadline else { throw Failure("never: \(what)") }
        // Nothing tells when another program has come so far: ask again.
        try await Task.sleep(for: .milliseconds(5))
    }
}

/// Lends a client that runs, connected unless told otherwise.
func withClient<Value>(
    _ url: String, connects: Bool = true, logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
    _ change: (inout RedisConfiguration) -> Void = { _ in },
    _ body: (RedisClient) async throws -> Value
) async throws -> Value {
    var configuration = try RedisConfiguration(url: url)
    configuration.defaultDeadline = .seconds(20)
    configuration.reconnectLimit = .milliseconds(200)
    change(&configuration)
    let client = RedisClient(configuration: configuration, logger: logger)
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await client.run() }
        defer { group.cancelAll() }
        if connects { try await client.isConnected(true) }
        return try await body(client)
    }
}

extension RedisClient {
    /// Waits until it is, or is not, connected.
    func isConnected(_ wanted: Bool) async throws {
        try await eventually("connected: \(wanted)") { self.isConnected == wanted }
    }
}

/// The error that a call throws.
func redisError<Value>(_ body: () async throws -> Value) async -> RedisError? {
    do {
        _ = try await body()
        return nil
    } catch {
        return error as? RedisError
    }
}
