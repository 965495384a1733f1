import Foundation

extension RequestMatrix {
    /// How many requests are under way on a connection; their text fits into what a socket takes at once.
    private static let batch = 24

    /// Sends everything with everything over a few connections that are kept.
    public func runProduct(connections: Int = 1) async throws -> Report {
        var report = Report()
        let writer = MatrixWriter(self.world)
        let headers = self.world.trustsPeer ? HeaderForm.meanings : HeaderForm.ofStrangers
        for status in MatrixCase.statuses {
            try await self.world.setStatus(status)
            let cases = MatrixCase.product(status, headers)
            let share = (cases.count + connections - 1) / connections
            try await withThrowingTaskGroup(of: Report.self) { group in
                for start in stride(from: 0, to: cases.count, by: share) {
                    let part = cases[start..<min(start + share, cases.count)]
                    group.addTask { try await RawExchange.blocking { try self.send(part, writer) } }
                }
                for try await part in group { report.add(part) }
            }
        }
        try await self.world.setStatus("active")
        return report
    }

    private func send(_ cases: ArraySlice<MatrixCase>, _ writer: MatrixWriter) throws -> Report {
        var report = Report()
        var rest = cases
        var connection = try KeptConnection(port: self.world.port)
        while !rest.isEmpty {
            let batch = rest.prefix(Self.batch)
            try connection.send(batch.map { writer.text($0, closing: false) }.joined())
            for request in batch {
                guard let text = try connection.reply(toHead: request.method == "HEAD") else {
                    // No answer of the matrix ends a connection.
                    report.failures.append(Failure(description: "\(request): the connection was closed"))
                    connection = try KeptConnection(port: self.world.port)
                    break
                }
                self.note(RawReply(text: text, wasClosed: true), request, &report)
            }
            rest = rest.dropFirst(batch.count)
        }
        return report
    }

    private func note(_ reply: RawReply, _ request: MatrixCase, _ report: inout Report) {
        let expected = MatrixOracle.answer(to: request, in: self.world)
        report.sent += 1
        report.expected[expected, default: 0] += 1
        for problem in self.problems(of: reply, to: request, expected) {
            report.failures.append(Failure(description: "\(request): \(problem)"))
        }
    }
}

extension RequestMatrix.Report {
    fileprivate mutating func add(_ other: Self) {
        self.sent += other.sent
        self.failures += other.failures
        self.expected.merge(other.expected, uniquingKeysWith: +)
    }
}
