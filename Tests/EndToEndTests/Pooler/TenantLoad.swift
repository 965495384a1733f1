import Foundation
import Synchronization
import Testing

/// Members of several tenants who never stop asking for their clients, and compare every row with who asks.
final class TenantLoad: Sendable {
    /// Somebody who is signed in.
    struct Member: Sendable {
        let tenantID: String
        let subdomain: String
        let token: String
    }

    /// What came back so far.
    struct Tally: Sendable {
        /// Pages and new rows.
        var served = 0
        /// Told to come again, and when.
        var unavailable = 0
        /// Served without a refusal in between, up to now.
        var streak = 0
        /// The longest time that an answer took.
        var slowest = Duration.zero
        /// Another tenant's rows; answers that are neither; requests without an answer.
        var wrongs: [String] = []
    }

    private struct Page: Decodable {
        struct Row: Decodable {
            let name: String
        }

        let data: [Row]
    }

    private let caller: HTTPCaller
    private let members: [Member]
    private let state = Mutex((tally: Tally(), isOver: false))

    init(port: Int, members: [Member]) {
        self.caller = HTTPCaller(port: port)
        self.members = members
    }

    var tally: Tally { self.state.withLock { $0.tally } }

    /// Runs while `body` does.
    func run(workers: Int, while body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<workers {
                group.addTask {
                    var round = number
                    while !self.state.withLock({ $0.isOver }) {
                        await self.ask(round)
                        round += 1
                    }
                }
            }
            defer { self.state.withLock { $0.isOver = true } }
            try await body()
        }
    }

    /// Begins a new streak.
    func markFault() { self.state.withLock { $0.tally.streak = 0 } }

    /// One request of the member whose turn it is; every eighth makes a row.
    private func ask(_ round: Int) async {
        let member = self.members[round % self.members.count]
        let writes = round % 8 == 7
        let start = ContinuousClock.now
        let wrong: String?
        var status = 0
        do {
            let answer = try await self.caller.send(
                writes ? "/api/tenant/clients" : "/api/tenant/clients?limit=20",
                host: "\(member.subdomain).\(Deployment.domain)", token: member.token,
                json: writes ? ["name": "\(member.subdomain) \(round)"] : nil)
            status = answer.status
            wrong = try Self.wrong(answer, for: member)
        } catch {
            wrong = "no answer: \(error)"
        }
        let duration = start.duration(to: .now)
        self.state.withLock { state in
            state.tally.slowest = max(state.tally.slowest, duration)
            if let wrong {
                state.tally.wrongs.append(wrong)
            } else if status == 503 {
                state.tally.unavailable += 1
                state.tally.streak = 0
            } else {
                state.tally.served += 1
                state.tally.streak += 1
            }
        }
    }

    /// What is wrong with an answer; nil if nothing is.
    private static func wrong(_ answer: HTTPCaller.Answer, for member: Member) throws -> String? {
        switch answer.status {
        case 200, 201:
            let rows =
                answer.status == 200
                ? try answer.decoded(Page.self).data : [try answer.decoded(Page.Row.self)]
            // Everybody has rows from the beginning.
            guard !rows.isEmpty else { return "\(member.subdomain) got no row" }
            let foreign = rows.filter { !$0.name.hasPrefix(member.subdomain + " ") }
            return foreign.isEmpty ? nil : "\(member.subdomain) got \(foreign.map(\.name))"
        case 503:
            let seconds = answer.headers["retry-after"].flatMap { Int($0) } ?? 0
            return seconds >= 1 ? nil : "503 without Retry-After: \(answer.testDescription)"
        default: return answer.testDescription
        }
    }
}
