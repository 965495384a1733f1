import CLibPQ

extension Connection {
    /// Writes a batch.
    ///
    /// Returns whether all its statements are known to be quick.
    func send(_ request: BatchRequest, attempt: Int) -> Bool {
        let isExplicit = request.batch.transaction != .implicit
        let batch = InFlightBatch(request: request, attempt: attempt, place: request.place, isExplicit: isExplicit)
        let scope = request.batch.planScope
        var isQuick = true
        var isSent = true
        if case .explicit(let options) = request.batch.transaction {
            isSent = self.send(options.beginStatement, scope: nil, .begin, batch, &isQuick)
        }
        for query in request.batch.queries {
            isSent = isSent && self.send(query, scope: scope, .statement, batch, &isQuick)
        }
        if isExplicit {
            isSent = isSent && self.sync(.boundary, batch)
            isSent = isSent && self.send("COMMIT", scope: nil, .commit, batch, &isQuick)
        }
        self.finishSending(batch, isSent)
        return isQuick
    }

    /// Writes statements of the client's own, with one Sync.
    func sendHousekeeping(_ statements: [String], answerBy: ContinuousClock.Instant? = nil) {
        let batch = InFlightBatch(request: nil, attempt: 1, place: .leased, isExplicit: false)
        batch.answerBy = answerBy
        var isSent = true
        for sql in statements { isSent = isSent && self.sendUnnamed(sql, [], .statement, nil, batch) }
        self.finishSending(batch, isSent)
    }

    /// Tells the server to forget statements.
    ///
    /// libpq 15 has no message for it, so it is SQL.
    func sendDeallocations(_ names: [String]) {
        let batch = InFlightBatch(request: nil, attempt: 1, place: .leased, isExplicit: false)
        batch.deallocations = names
        var isSent = true
        for name in names {
            isSent =
                isSent
                && self.sendUnnamed("DEALLOCATE \(PostgresQuery.quoted(identifier: name))", [], .statement, nil, batch)
        }
        self.finishSending(batch, isSent)
    }

    /// One that the server does not know keeps it from reading the names behind.
    func takeBackDeallocations(_ batch: InFlightBatch) {
        guard !batch.deallocations.isEmpty, let failed = batch.failedAt else { return }
        self.statements.evictAgain(batch.deallocations.dropFirst(failed + 1))
    }

    private func finishSending(_ batch: InFlightBatch, _ isSent: Bool) {
        self.inFlight.append(batch)
        guard isSent && self.sync(.end, batch) else {
            return self.lose(self.libpqError)
        }
        self.flush()
    }

    private func sync(_ kind: BatchProgress.Step, _ batch: InFlightBatch) -> Bool {
        batch.append(kind)
        return bulkhead_pipeline_sync(self.pointer) == 1
    }

    private func send(
        _ query: PostgresQuery, scope: String?, _ kind: BatchProgress.Step, _ batch: InFlightBatch,
        _ isQuick: inout Bool
    ) -> Bool {
        guard query.isPrepared else {
            isQuick = false
            return self.sendUnnamed(query.sql, query.bindings, kind, nil, batch)
        }
        let (statement, isNew) = self.statements.use(StatementKey(scope: query.isScoped ? scope : nil, sql: query.sql))
        isQuick = isQuick && statement.isQuick
        guard let name = statement.name else {
            return self.sendUnnamed(statement.textWithScope, query.bindings, kind, statement, batch)
        }
        if isNew {
            batch.append(.parse, statement)
            let isSent = self.scratch.withArrays(query.bindings) { arrays in
                PQsendPrepare(self.pointer, name, statement.textWithScope, arrays.count, arrays.types) == 1
            }
            guard isSent else { return false }
        }
        batch.append(kind, statement)
        return self.scratch.withArrays(query.bindings) { arrays in
            PQsendQueryPrepared(
                self.pointer, name, arrays.count, arrays.values, arrays.lengths, arrays.formats, 0) == 1
        }
    }

    private func sendUnnamed(
        _ sql: String, _ bindings: [PostgresBinding], _ kind: BatchProgress.Step, _ statement: PreparedStatement?,
        _ batch: InFlightBatch
    ) -> Bool {
        batch.append(kind, statement)
        return self.scratch.withArrays(bindings) { arrays in
            PQsendQueryParams(
                self.pointer, sql, arrays.count, arrays.types, arrays.values, arrays.lengths, arrays.formats, 0) == 1
        }
    }
}
