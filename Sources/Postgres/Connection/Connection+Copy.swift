import CLibPQ

extension Connection {
    /// Begins a `COPY ...
    ///
    /// TO STDOUT`. libpq has no COPY in pipeline mode, so the mode is left for as long as it takes; nothing may be in
    /// flight.
    func startCopy(_ sql: String, into transfer: CopyTransfer) {
        self.copy = transfer
        let isSent =
            PQexitPipelineMode(self.pointer) == 1
            && PQsendQueryParams(self.pointer, sql, 0, nil, nil, nil, nil, 0) == 1
        if isSent { self.flush() } else { self.lose(self.libpqError) }
    }

    /// Reads on, unless the sink has to catch up first.
    func continueCopy() {
        guard let copy = self.copy, !self.isLost else { return }
        if copy.phase == .starting { self.readCopyStart(copy) }
        if copy.phase == .streaming { self.readCopyData(copy) }
        if copy.phase == .ending { self.readCopyEnd(copy) }
        copy.deliver()
        self.events.append(.copyProgressed)
    }

    private func readCopyStart(_ copy: CopyTransfer) {
        guard PQisBusy(self.pointer) == 0 else { return }
        guard let result = ServerResult(nextOf: self.pointer) else {
            copy.phase = .ending
            return
        }
        switch result.status {
        case PGRES_COPY_OUT: copy.phase = .streaming
        case PGRES_COPY_IN:
            PQputCopyEnd(self.pointer, "not supported")
            self.flush()
            copy.phase = .ending
        case PGRES_FATAL_ERROR:
            copy.fail(result.serverError(outcome: .rolledBack))
            copy.phase = .ending
        default:
            copy.fail(.unsupported("The statement is not a COPY to standard output.", outcome: .unknown))
            copy.phase = .ending
        }
    }

    private func readCopyData(_ copy: CopyTransfer) {
        while !copy.isFull {
            var data: UnsafeMutablePointer<CChar>?
            let length = PQgetCopyData(self.pointer, &data, 1)
            if length > 0, let data {
                copy.append(UnsafeRawBufferPointer(start: data, count: Int(length)))
                PQfreemem(data)
            } else if length == 0 {
                return
            } else {
                copy.phase = .ending
                return
            }
        }
    }

    private func readCopyEnd(_ copy: CopyTransfer) {
        while PQisBusy(self.pointer) == 0 {
            guard let result = ServerResult(nextOf: self.pointer) else {
                copy.phase = .finished
                self.copy = nil
                if PQenterPipelineMode(self.pointer) != 1 { self.lose(self.libpqError) }
                return
            }
            if result.status == PGRES_FATAL_ERROR { copy.fail(result.serverError(outcome: .rolledBack)) }
        }
    }
}
