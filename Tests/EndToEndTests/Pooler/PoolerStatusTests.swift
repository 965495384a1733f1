import Foundation
import LocalServers
import Logging
import PgBouncer
import Postgres
import TestSupport
import Testing

/// What `bulkhead pgbouncer status` tells of a real PgBouncer.
@Suite struct PoolerStatusTests {
    @Test(.timeLimit(.minutes(3))) func figuresFollowWhatHappens() async throws {
        try await Deployment.use { deployment in
            let options = WrittenPooler.superuser(deployment) + ["--pool-size", "1"]
            try await WrittenPooler.use(deployment, options) { pooler in
                let url = try pooler.appURL(deployment)
                try await Self.expectWait(pooler, deployment, url)
                let after = try await pooler.status(deployment)
                let pool = try #require(after.pools.first)
                #expect(pool.clientsWaiting == 0 && pool.serversActive == 0 && pool.serversIdle == 1)
                let database = try #require(after.databases.first)
                #expect(database.name == "app" && database.poolSize == 1 && database.connections == 1)
                try await eventually(within: .seconds(90)) {
                    // Totals are brought up to date as transactions end.
                    try await pooler.status(deployment).databases.first?.traffic.transactions ?? 0 >= 2
                }
            }
        }
    }

    /// One client has the only connection, and another waits for it.
    private static func expectWait(_ pooler: WrittenPooler, _ deployment: Deployment, _ url: String) async throws {
        let waiter = try await Superuser.use(url, preparedStatements: 0) { client in
            try await client.withTransaction(deadline: .now + .seconds(120)) { holder in
                _ = try await holder.query("SELECT 1")
                let waiter = try StartedProgram("/usr/bin/env", ["psql", "-X", "-w", "-Atc", "SELECT 1", url])
                // Until the wait is a long one, so that it is worth a warning.
                try await eventually(within: .seconds(60)) {
                    let status = try await pooler.status(deployment)
                    guard status.clientsWaiting == 1, status.longestWait >= 1 else { return false }
                    #expect(status.clients == 2 && status.pools.first?.serversActive == 1)
                    #expect(status.warnings.contains { $0.contains("1 client(s) of bulkhead_app wait") })
                    return true
                }
                let text = try await deployment.command(
                    ["pgbouncer", "status"], ["PGBOUNCER_URL": try pooler.text("status.url").trimmed])
                #expect(text.status == 0 && text.says("PgBouncer 1."), "\(text.testDescription)")
                #expect(text.output.contains("WAITING") && text.says("To look at:"))
                #expect(text.output.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(text.output)")
                #expect(waiter.isRunning)
                return waiter
            }
        }
        #expect(await waiter.waitForEnd() == 0)
        #expect(waiter.output == "1\n")
    }

    @Test(.timeLimit(.minutes(3))) func aPausedDatabaseIsSaid() async throws {
        try await Deployment.use { deployment in
            try await WrittenPooler.use(deployment, WrittenPooler.superuser(deployment)) { pooler in
                #expect(try await Psql.run(try pooler.appURL(deployment), "SELECT 1").status == 0)
                #expect(try await pooler.administer("PAUSE app").status == 0)
                let paused = try await pooler.status(deployment)
                #expect(paused.databases.first?.isPaused == true)
                #expect(paused.warnings.contains { $0.contains("app is paused") }, "\(paused.warnings)")
                #expect(try await pooler.administer("RESUME app").status == 0)
                #expect(try await pooler.status(deployment).databases.first?.isPaused == false)
            }
        }
    }

    @Test(.timeLimit(.minutes(3))) func whoCannotBeAskedIsAnErrorWithoutSecrets() async throws {
        try await Deployment.use { deployment in
            func status(_ url: String) async throws -> BuiltCommand.Outcome {
                try await deployment.command(["pgbouncer", "status"], ["PGBOUNCER_URL": url])
            }
            let nobody = try await status("postgresql://bulkhead_stats:hunter2@127.0.0.1:1/pgbouncer")
            #expect(nobody.status == 1 && nobody.says("cannot be reached"), "\(nobody.testDescription)")
            // PostgreSQL itself is no console.
            let server = try await status(deployment.controlURL)
            #expect(server.status == 1, "\(server.testDescription)")
            #expect(!(nobody.output + nobody.errors).contains("hunter2"))
            let unset = try await deployment.command("pgbouncer", "status")
            #expect(unset.status == 2 && unset.says("BULKHEAD_PGBOUNCER_URL"), "\(unset.testDescription)")
            let missing = try await deployment.command("pgbouncer", "status", "--url-file", "/nowhere/status.url")
            #expect(missing.status == 1 && missing.says("cannot be read"))
            let check = try await deployment.command(
                ["config", "check"], ["PGBOUNCER_URL": "postgresql://bulkhead_stats:hunter2@h:6432/pgbouncer"])
            #expect(check.status == 0 && check.output.contains("h:6432") && !check.output.contains("hunter2"))
        }
    }
}

extension String {
    /// Without white space around it.
    var trimmed: String { self.trimmingCharacters(in: .whitespacesAndNewlines) }
}
