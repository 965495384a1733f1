import CLibPQ

extension Connection {
    /// Takes the answers that are complete, batch by batch.
    func readAnswers() {
        var emptyAnswers = 0
        while !self.isLost, let batch = self.inFlight.first, PQisBusy(self.pointer) == 0 {
            guard let result = ServerResult(nextOf: self.pointer) else {
                emptyAnswers += 1
                // The end of a statement is said once, and once more after an error of a Sync.
                guard emptyAnswers <= 2, PQstatus(self.pointer) == CONNECTION_OK else { return self.loseOutOfStep() }
                if batch.step.map({ $0.kind != .boundary && $0.kind != .end }) ?? false { batch.cursor += 1 }
                continue
            }
            emptyAnswers = 0
            self.take(result, for: batch)
        }
    }

    private func loseOutOfStep() {
        self.lose(PQstatus(self.pointer) == CONNECTION_OK ? "the answers are out of step" : self.libpqError)
    }

    private func take(_ result: borrowing ServerResult, for batch: InFlightBatch) {
        guard let step = batch.step else { return self.lose("an answer without a question") }
        switch result.status {
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: self.takeSuccess(result, step, batch)
        case PGRES_PIPELINE_SYNC: self.takeSync(step, batch)
        case PGRES_PIPELINE_ABORTED:
            if step.kind == .parse, let statement = step.statement {
                self.statements.forget(statement, isOnServer: false)
            }
        case PGRES_COPY_OUT, PGRES_COPY_IN, PGRES_COPY_BOTH:
            // Inside of a pipeline there is no way out of COPY that keeps questions and answers in step.
            batch.progress.failed(
                step.kind, .unsupported("COPY is not possible in a batch.", outcome: .unknown), isStale: false)
            batch.resume(throwing: .unsupported("COPY is not possible in a batch.", outcome: .unknown))
            self.lose("a batch with COPY")
        default: self.takeFailure(result, step, batch)
        }
    }

    private func takeSuccess(
        _ result: borrowing ServerResult, _ step: InFlightBatch.Step, _ batch: InFlightBatch
    ) {
        if step.kind == .parse {
            step.statement?.isConfirmed = true
            return
        }
        let columns = result.columns(known: step.statement?.columns)
        step.statement?.columns = columns
        guard let storage = result.copyRows(columns: columns) else {
            return batch.progress.failed(
                step.kind, .unsupported("A result is larger than 2 GiB; use COPY.", outcome: .unknown), isStale: false)
        }
        batch.progress.answered(step.kind, tag: storage.commandTag)
        if step.kind == .statement { batch.results.append(PostgresRows(storage: storage)) }
    }

    private func takeFailure(
        _ result: borrowing ServerResult, _ step: InFlightBatch.Step, _ batch: InFlightBatch
    ) {
        let error = result.serverError(outcome: .unknown)
        batch.failedAt = batch.failedAt ?? batch.cursor
        var isStale = false
        if let statement = step.statement {
            if step.kind == .parse {
                self.statements.forget(statement, isOnServer: false)
            } else if error.sqlState == .undefinedPreparedStatement || error.sqlState == .featureNotSupported {
                isStale = statement.name != nil && !batch.parses(statement)
                self.statements.forget(statement, isOnServer: error.sqlState == .featureNotSupported)
            }
        }
        batch.progress.failed(step.kind, error, isStale: isStale)
    }

    private func takeSync(_ step: InFlightBatch.Step, _ batch: InFlightBatch) {
        switch step.kind {
        case .boundary: batch.cursor += 1
        case .end:
            _ = self.inFlight.popFirst()
            // With others in flight PQtransactionStatus says "active" whatever the server said.
            let verdict = batch.progress.verdict(status: self.inFlight.isEmpty ? self.status : nil)
            self.events.append(.finished(batch, verdict))
            if case .leftOpen = verdict { self.loseBehindOpenTransaction() }
        default: self.lose("the answers are out of step")
        }
    }
}

extension Connection {
    /// Closing the connection rolls back what was left open, and with it what ran behind - unless a COMMIT of an
    /// explicit batch was among it.
    private func loseBehindOpenTransaction() {
        var mayBeCommitted = false
        self.inFlight.forEach { mayBeCommitted = mayBeCommitted || $0.progress.isExplicit }
        self.followersError = .behindOpenTransaction(mayBeCommitted ? .unknown : .rolledBack)
        self.lose("a transaction was left open")
    }
}

extension InFlightBatch {
    /// Whether the batch itself sent the Parse of a statement.
    func parses(_ statement: PreparedStatement) -> Bool {
        self.steps.contains { $0.kind == .parse && $0.statement === statement }
    }
}
