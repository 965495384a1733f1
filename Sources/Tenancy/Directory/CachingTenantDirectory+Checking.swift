extension CachingTenantDirectory {
    /// Asks the catalog, again and again, for the versions of the tenants in use, until the task is cancelled.
    ///
    /// This finds the changes of which no message came, and confirms what the store said.
    public func keepChecked() async {
        let interval = self.limits.checkInterval
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                while !Task.isCancelled {
                    // The period itself; ends early when cancelled.
                    do { try await ContinuousClock().sleep(for: interval) } catch { return }
                    self.checks.signal(isRound: true)
                }
            }
            for await isRound in self.checks {
                let isDone = await self.check(isRound: isRound)
                // What becomes urgent meanwhile is asked with one question.
                do { try await ContinuousClock().sleep(for: isDone ? Self.pause : Self.pause * 10) } catch { break }
            }
            group.cancelAll()
        }
    }

    private static let pause = Duration.milliseconds(50)

    /// Checks once: what is urgent, and with `isRound` whatever was used since the last round; false if the catalog did not answer.
    @discardableResult
    func check(isRound: Bool) async -> Bool {
        var ids = self.change { $0.collect(isRound: isRound, now: $1) }[...]
        while !ids.isEmpty, !Task.isCancelled {
            let batch = ids.prefix(self.limits.checkBatch)
            guard await self.check(batch) else {
                // They are asked about again, in time.
                self.change { state, _ in for id in ids { state.isUrgent(id) } }
                return false
            }
            ids = ids.dropFirst(batch.count)
        }
        return true
    }

    private func check(_ ids: ArraySlice<TenantID>) async -> Bool {
        let (tick, askedAt) = self.change { ($0.nextTick(), $1) }
        do {
            let versions = try await self.source.versions(of: Array(ids), deadline: .now + self.limits.checkTime)
            let changes = self.change { state, _ in
                state.checked(ids, versions, askedAt: askedAt, tick: tick)
            }
            self.answered()
            for change in changes { await self.store?.forget(change) }
            return true
        } catch {
            if !(error is CancellationError) {
                self.change { $0.sourceFailed($1, weight: DirectoryState.patience) }
            }
            return false
        }
    }
}
