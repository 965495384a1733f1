import Foundation
import Redis
import RedisTestSupport
import Testing

@Suite("Throughput", .serialized) struct ThroughputTests {
    /// Only printed: what it is compared with runs on the same processors.
    @Test("of 64 tasks on one connection") func tasks() async throws {
        try await RedisServer.use { server in
            try await withClient(server.url()) { redis in
                try await redis.set("key:0", to: Array(repeating: 120, count: 100))
                let turns = ProcessInfo.processInfo.environment["REDIS_BENCH"] == nil ? 200 : 10_000
                let time = try await ContinuousClock().measure {
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for _ in 0..<64 {
                            group.addTask {
                                for _ in 0..<turns {
                                    guard try await redis.get("key:0")?.count == 100 else { throw Failure("wrong") }
                                }
                            }
                        }
                        try await group.waitForAll()
                    }
                }
                print("64 tasks, 1 connection: \(Int(Double(64 * turns) / (time / .seconds(1)))) GET/s")
                print("redis-benchmark -c 64 -P 16: \(try Self.benchmark(server.port, "-c", "64", "-P", "16"))")
                print("redis-benchmark -c 1 -P 64: \(try Self.benchmark(server.port, "-c", "1", "-P", "64"))")
                print("redis-benchmark -c 64 -P 1: \(try Self.benchmark(server.port, "-c", "64", "-P", "1"))")
            }
        }
    }

    private static func benchmark(_ port: Int, _ options: String...) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/redis-benchmark")
        let count = ProcessInfo.processInfo.environment["REDIS_BENCH"] == nil ? "20000" : "1000000"
        process.arguments = ["-p", "\(port)", "-t", "get", "-d", "100", "-n", count, "--csv"] + options
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("\"GET\"") }) else {
            throw Failure("no figure: \(text)")
        }
        return line.split(separator: ",")[1].trimmingCharacters(in: ["\""]) + " GET/s"
    }
}
