import Foundation
import LocalServers
import PgBouncer
import Postgres
import TestSupport
import Testing

/// Requests while the pooler is away, stands still, or has no connection to give.
///
/// Whoever cannot be served is told to come again within the time that a request has; nobody gets another tenant's
/// rows; and when the pooler is back, so is everything, without a restart of the server.
@Suite(.serialized) struct PoolerFaultTests {
    /// With one server connection for all, whatever is left behind is met by the next, who is another tenant.
    @Test(.timeLimit(.minutes(4))) func oneConnectionForAllTenants() async throws {
        try await PoolerTrial.use(["--pool-size", "1"]) { trial in
            try await trial.underLoad { load in
                try await eventually(within: .seconds(120)) { load.tally.served >= 400 }
            }
            let status = try await trial.pooler.status(trial.deployment)
            #expect(status.databases.first?.connections == 1 && status.pools.map(\.mode) == ["transaction"])
        }
    }

    @Test(.timeLimit(.minutes(4))) func resetAfterEveryTransaction() async throws {
        try await PoolerTrial.use(["--pool-size", "1", "--reset-always"]) { trial in
            try await trial.underLoad { load in
                try await eventually(within: .seconds(120)) { load.tally.served >= 200 }
            }
        }
    }

    @Test(.timeLimit(.minutes(4))) func restarted() async throws {
        try await PoolerTrial.use { trial in
            try await trial.underLoad { load in
                for _ in 0..<2 {
                    try await trial.pooler.stop()
                    try await trial.expectRefusals(load)
                    try await trial.pooler.start()
                    try await trial.expectRecovery(load)
                }
                // At once: nobody but those under way notices.
                try await trial.pooler.stop()
                try await trial.pooler.start()
                try await trial.expectRecovery(load)
            }
        }
    }

    @Test(.timeLimit(.minutes(5))) func pausedByItsAdministrator() async throws {
        try await PoolerTrial.use { trial in
            try await trial.underLoad { load in
                #expect(try await trial.pooler.administer("PAUSE app").status == 0)
                try await trial.expectRefusals(load)
                #expect(try await trial.pooler.status(trial.deployment).databases.first?.isPaused == true)
                #expect(try await trial.pooler.administer("RESUME app").status == 0)
                try await trial.expectRecovery(load)
            }
        }
    }

    @Test(.timeLimit(.minutes(5))) func standsStill() async throws {
        try await PoolerTrial.use { trial in
            try await trial.underLoad { load in
                try await trial.pooler.pause()
                try await trial.expectRefusals(load)
                trial.pooler.resume()
                try await trial.expectRecovery(load)
            }
        }
    }

    @Test(.timeLimit(.minutes(5))) func exhausted() async throws {
        try await PoolerTrial.use(["--pool-size", "2"]) { trial in
            let url = try trial.pooler.appURL(trial.deployment)
            try await trial.underLoad { load in
                try await Superuser.use(url, preparedStatements: 0) { client in
                    // Two who have a connection each and do not let go of it.
                    try await client.withTransaction(deadline: .now + .seconds(180)) { first in
                        _ = try await first.query("SELECT 1")
                        try await client.withTransaction(deadline: .now + .seconds(180)) { second in
                            _ = try await second.query("SELECT 1")
                            try await trial.expectRefusals(load)
                        }
                    }
                }
                try await trial.expectRecovery(load)
            }
        }
    }
}
