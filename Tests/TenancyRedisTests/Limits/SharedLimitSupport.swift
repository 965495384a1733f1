import Foundation
import Logging
import Redis
import RedisTestSupport
import Synchronization
import Tenancy
import TenancyRedis

/// Why a test cannot go on.
struct LimitFailure: Error, CustomStringConvertible {
    let description: String
}

/// Keeps the lines of a log.
struct LineRecorder: LogHandler {
    final class Lines: Sendable {
        private let lines = Mutex<[String]>([])
        var all: [String] { self.lines.withLock { $0 } }
        func add(_ line: String) { self.lines.withLock { $0.append(line) } }
    }
    let lines: Lines
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { self.metadata[key] }
        set { self.metadata[key] = newValue }
    }
    func log(event: LogEvent) { self.lines.add("\(event.level) \(event.message)") }
}

/// A Redis server, a client of it, and limiters over the client, as many as a test wants replicas.
struct LimitTrial: Sendable {
    let server: RedisServer
    let client: RedisClient
    let lines = LineRecorder.Lines()

    static func with(
        options: [String] = [], connects: Bool = true, _ body: (LimitTrial) async throws -> Void
    ) async throws {
        try await RedisServer.use(options: options) { server in
            var configuration = try RedisConfiguration(url: server.url())
            configuration.reconnectLimit = .milliseconds(100)
            let quiet = Logger(label: "test.redis") { _ in SwiftLogNoOpLogHandler() }
            let client = RedisClient(configuration: configuration, logger: quiet)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await client.run() }
                defer { group.cancelAll() }
                if connects { try await Self.until("connected") { client.isConnected } }
                try await body(LimitTrial(server: server, client: client))
            }
        }
    }

    /// Generous, since many tests share this machine; the fault tests set what they need.
    static let patient = SharedLimitSettings(deadline: .seconds(5), pause: .milliseconds(200))

    var logger: Logger {
        let lines = self.lines
        return Logger(label: "test") { _ in LineRecorder(lines: lines) }
    }

    func limiter(_ settings: SharedLimitSettings = Self.patient) -> SharedRateLimiter {
        SharedRateLimiter(redis: self.client, settings: settings, logger: self.logger)
    }

    func attempts(_ settings: SharedLimitSettings = Self.patient) -> SharedAttemptLimiter {
        SharedAttemptLimiter(redis: self.client, settings: settings, logger: self.logger)
    }

    static func charge(_ owner: LimitSubject, _ perSecond: Double, _ burst: Int) -> RateLimitCharge {
        let rate = BucketRate(RateLimit(perSecond: perSecond, burst: burst))
        return RateLimitCharge(owner: owner, [.init("tenant", .everybody, rate)])
    }

    static func until(
        _ what: String, within limit: Duration = .seconds(20), _ condition: () async throws -> Bool
    ) async throws {
        let deadline = ContinuousClock.now + limit
        while try await !condition() {
            guard ContinuousClock.now < deadline else { throw LimitFailure(description: "never: \(what)") }
            // Nothing tells when another program has come so far: ask again.
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    func commands(_ name: String) async throws -> Int {
        let text = try await self.client.send(RedisCommand("INFO", "commandstats")).text ?? ""
        let line = text.split(separator: "\r\n").first { $0.hasPrefix("cmdstat_\(name):calls=") }
        return line.flatMap { Int($0.split(separator: "=")[1].prefix { $0.isNumber }) } ?? 0
    }
}
