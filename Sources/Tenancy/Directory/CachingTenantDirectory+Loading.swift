extension CachingTenantDirectory {
    /// Asks, and tells all who wait; never later than the limit, even if the source forgets its deadline.
    func run(_ load: TenantLoad) async {
        let limit = self.limits.loadTime
        await withDiscardingTaskGroup { group in
            group.addTask {
                // The deadline itself; ends early when the answer is there.
                do { try await ContinuousClock().sleep(for: limit + .milliseconds(100)) } catch { return }
                self.change { $0.expired(load, now: $1) }
                load.finish(.failure(DomainError.busy(retryAfterSeconds: 1)))
            }
            await self.ask(load, deadline: .now + limit)
            group.cancelAll()
        }
    }

    private func ask(_ load: TenantLoad, deadline: ContinuousClock.Instant) async {
        var lease: StoreLease?
        if load.asksStore, let store {
            switch await store.find(load.key) {
            case .found(let tenant, let age):
                let answer = self.change { $0.found(tenant, age: age, by: load, now: $1) }
                load.finish(.success(answer))
                return
            case .absent(let given): lease = given
            }
        }
        guard load.asksSource else { return self.fail(load, with: DomainError.busy(retryAfterSeconds: 1)) }
        do {
            let askedAt = self.change { $1 }
            let tenant = try await self.source.tenant(load.key, deadline: deadline)
            let answer = self.change { $0.read(tenant, by: load, askedAt: askedAt, now: $1) }
            self.answered()
            load.finish(.success(answer))
            if let tenant, let lease { await self.store?.keep(tenant, for: load.key, under: lease) }
        } catch {
            self.fail(load, with: error)
        }
    }

    private func fail(_ load: TenantLoad, with error: any Error) {
        self.change { $0.failed(load, now: $1) }
        load.finish(.failure(error))
    }
}
