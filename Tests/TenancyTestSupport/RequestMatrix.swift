import Foundation

/// Sends every request of the matrix and compares; for any server that speaks HTTP/1.1 on 127.0.0.1.
public struct RequestMatrix: Sendable {
    /// A request that was answered otherwise than it must be.
    public struct Failure: Sendable, CustomStringConvertible {
        /// Which request, what was expected and what came.
        public let description: String
    }

    /// What a run has seen.
    public struct Report: Sendable {
        /// How many requests were sent.
        public var sent = 0
        /// How often each answer was expected: a table in which an answer never occurs proves nothing about it.
        public var expected: [MatrixAnswer: Int] = [:]
        /// What was wrong.
        public var failures: [Failure] = []
    }

    let world: MatrixWorld

    /// A matrix for this server.
    public init(_ world: MatrixWorld) {
        self.world = world
    }

    /// Sends all requests, one after the other.
    public func run(_ cases: [MatrixCase] = MatrixCase.all) async throws -> Report {
        var report = Report()
        var status = ""
        let writer = MatrixWriter(self.world)
        for request in cases {
            if request.status != status {
                try await self.world.setStatus(request.status)
                status = request.status
            }
            let expected = MatrixOracle.answer(to: request, in: self.world)
            let reply = try await RawExchange.send(writer.text(request, closing: true), port: self.world.port)
            report.sent += 1
            report.expected[expected, default: 0] += 1
            for problem in self.problems(of: reply, to: request, expected) {
                report.failures.append(Failure(description: "\(request): \(problem)"))
            }
        }
        try await self.world.setStatus("active")
        return report
    }

    func problems(of reply: RawReply, to request: MatrixCase, _ expected: MatrixAnswer) -> [String] {
        var problems: [String] = []
        let hasBody = request.method != "HEAD"
        let found = MatrixAnswer(reply.status, hasBody ? reply.problem : expected.problem)
        if found != expected { problems.append("expected \(expected), got \(found)") }
        if !reply.wasClosed { problems.append("the connection was not closed") }
        if reply.repliesCount != 1 { problems.append("\(reply.repliesCount) replies to one request") }
        return problems + self.leaks(in: reply, to: request, expected)
    }

    /// No answer names a tenant that it is not for.
    private func leaks(in reply: RawReply, to request: MatrixCase, _ expected: MatrixAnswer) -> [String] {
        var forbidden = [self.world.a, self.world.b]
        if expected.status == 200 {
            let isA = request.host.meaning == .a || request.host.meaning != .b && request.header.namings.first == .a
            let served = isA ? self.world.a : self.world.b
            forbidden.removeAll { $0.id == served.id }
            if request.method == "GET", !reply.says("tenant=\(served.subdomain)\n") {
                return ["not served as \(served.subdomain): \(reply.text)"]
            }
        }
        return forbidden.flatMap { [$0.id, $0.name, $0.subdomain] }.filter { reply.says($0) }.map {
            "the answer says \($0)"
        }
    }
}
