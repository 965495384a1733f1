import Foundation
import LocalServers
import TestSupport
import Testing

/// PostgreSQL that falls over or stands still under a server with requests in it.
///
/// Whatever a request is told meanwhile: it is its own tenant's rows, or to come again, or what it would be told anyway.
/// Afterwards the same server, never started anew, answers as before.
@Suite(.serialized) struct DatabaseFaultTests {
    enum Fault: String, CaseIterable, Sendable, CustomTestStringConvertible {
        case restart, immediateRestart, killedBackend, standstill

        var testDescription: String { self.rawValue }
    }

    @Test(.timeLimit(.minutes(6)), arguments: Fault.allCases)
    func requestsRecoverByThemselves(fault: Fault) async throws {
        try await Deployment.use { deployment in
            let server = try await deployment.serve()
            let crowd = try await FaultCrowd.gather(deployment, server)
            try await crowd.waitUntilWell()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<12 { group.addTask { try await crowd.ask(number) } }
                for _ in 0..<(fault == .killedBackend ? 3 : 1) {
                    try await crowd.waitForAnswers(more: 100)
                    try await Self.strike(fault, deployment, crowd)
                }
                try await crowd.waitForRows(more: 100)
                crowd.stop()
                try await group.waitForAll()
            }
            print("\(fault.rawValue): \(crowd.tally.summary)")
            try await crowd.waitUntilWell()
            try await crowd.expectWhatWasPromised(on: deployment.cluster)
            #expect(try await server.terminate() == .exited(0))
        }
    }

    /// The database dies for good, and its standby takes over: connection strings name both.
    @Test(.timeLimit(.minutes(6))) func aStandbyTakesOver() async throws {
        try await Deployment.use { deployment in
            try await deployment.cluster.withStandby { standby in
                // What is acknowledged is on both.
                try await deployment.cluster.execute(
                    "ALTER SYSTEM SET synchronous_standby_names = '*'", "SELECT pg_reload_conf()")
                let server = try await deployment.serve("all", deployment.settings(alsoAt: standby))
                let crowd = try await FaultCrowd.gather(deployment, server)
                try await crowd.waitUntilWell()
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for number in 0..<12 { group.addTask { try await crowd.ask(number) } }
                    try await crowd.waitForAnswers(more: 100)
                    try await deployment.cluster.crash()
                    try await standby.execute("SELECT pg_promote(true, 60)")
                    try await crowd.waitForRows(more: 100)
                    crowd.stop()
                    try await group.waitForAll()
                }
                print("failover: \(crowd.tally.summary)")
                try await crowd.waitUntilWell()
                try await crowd.expectWhatWasPromised(on: standby)
                #expect(try await server.terminate() == .exited(0))
            }
        }
    }

    private static func strike(_ fault: Fault, _ deployment: Deployment, _ crowd: FaultCrowd) async throws {
        let cluster = deployment.cluster
        switch fault {
        case .restart: try await cluster.restart(.fast)
        case .immediateRestart: try await cluster.restart(.immediate)
        case .killedBackend:
            let pid = try await cluster.execute(
                "SELECT pid FROM pg_stat_activity WHERE usename = 'bulkhead_app' ORDER BY state_change DESC LIMIT 1")
            try await cluster.kill(backend: try #require(Int32(pid)))
        case .standstill:
            let before = crowd.tally.refusals
            try await cluster.pause()
            // For as long as it takes until askers are sent away.
            try await eventually(within: .seconds(120)) { crowd.tally.refusals >= before + 5 }
            try await cluster.resume()
        }
    }
}
