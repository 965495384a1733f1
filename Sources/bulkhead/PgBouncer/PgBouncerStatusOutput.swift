import Foundation
import PgBouncer

/// How PgBouncer is doing.
struct PgBouncerStatusOutput: CommandOutput {
    let status: PoolerStatus

    func encode(to encoder: any Encoder) throws { try self.status.encode(to: encoder) }

    var text: String {
        let status = self.status
        var lines = [
            "PgBouncer \(status.version), \(status.clients) of \(status.maximumClients) clients", "",
            self.pools.text, "", self.databases.text, "",
        ]
        if status.warnings.isEmpty {
            lines.append("Nobody has to look at it.")
        } else {
            lines.append("To look at:")
            lines += status.warnings.flatMap { Paragraph(text: "  - \($0)", indent: "    ").lines }
        }
        return lines.joined(separator: "\n")
    }

    private var pools: TextTable {
        TextTable(
            columns: ["DATABASE", "USER", "ACTIVE", "WAITING", "LONGEST", "BUSY", "IDLE", "MODE"],
            rows: self.status.pools.map { pool in
                [
                    pool.database, pool.user, "\(pool.clientsActive)", "\(pool.clientsWaiting)",
                    String(format: "%.1f s", pool.longestWait), "\(pool.serversActive)", "\(pool.serversIdle)",
                    pool.mode,
                ]
            })
    }

    private var databases: TextTable {
        TextTable(
            columns: ["DATABASE", "SERVERS", "TRANSACTIONS", "MEAN", "MEAN WAIT", "STATE"],
            rows: self.status.databases.map { database in
                let traffic = database.traffic
                return [
                    database.name, "\(database.connections)/\(database.poolSize)", "\(traffic.transactions)",
                    Self.mean(traffic.transactionTime, of: traffic.transactions),
                    Self.mean(traffic.waitTime, of: traffic.transactions),
                    database.isPaused ? "paused" : database.isDisabled ? "disabled" : "open",
                ]
            })
    }

    private static func mean(_ microseconds: Int, of count: Int) -> String {
        count == 0 ? "-" : String(format: "%.2f ms", Double(microseconds) / Double(count) / 1000)
    }
}
