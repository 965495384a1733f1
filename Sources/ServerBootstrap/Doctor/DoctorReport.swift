/// What an examination of an installation found.
public struct DoctorReport: Sendable, Hashable, Codable {
    /// How serious a finding is.
    public enum Status: String, Sendable, Codable, CaseIterable {
        /// As it should be.
        case ok
        /// Weaker than it could be, for example because a managed service does not permit more.
        case warning
        /// Not as it must be; somebody has to act.
        case problem
    }

    /// One question and its answer.
    public struct Check: Sendable, Hashable, Codable {
        /// What was looked at: `guards`, `audit`.
        public var name: String
        /// How it is.
        public var status: Status
        /// The answer in a few words.
        public var detail: String
        /// What is not as it should be, a line each.
        public var findings: [String]

        /// An answer without findings.
        static func ok(_ name: String, _ detail: String) -> Check {
            Check(name: name, status: .ok, detail: detail, findings: [])
        }

        /// An answer that is good without findings, and as bad as `status` with them.
        static func of(
            _ name: String, _ findings: [String], otherwise status: Status = .problem, good: String, bad: String
        ) -> Check {
            guard !findings.isEmpty else { return .ok(name, good) }
            return Check(name: name, status: status, detail: bad, findings: findings)
        }
    }

    /// The answers, in the order in which they were asked.
    public var checks: [Check]

    /// Whether nobody has to act.
    public var isHealthy: Bool { !self.checks.contains { $0.status == .problem } }
}
