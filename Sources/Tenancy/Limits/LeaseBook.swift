import Synchronization

/// The buckets of a process: decides by them, and says when those that are shared have to be asked.
///
/// All of an owner's buckets are under one lock, so a charge is made whole or not at all. The size is fixed from the
/// start.
package final class LeaseBook: Sendable {
    /// What to do about a charge.
    package enum Step: Sendable {
        /// It is decided.
        case decided(RateLimitDecision)
        /// It is charged here, and the shared buckets have to be asked; ``settle(_:_:_:at:)`` or
        /// ``abandon(_:_:at:)`` must follow.
        case ask(Question)
    }

    /// What to ask the shared buckets for.
    package struct Question: Sendable {
        /// The buckets to be asked, as places in the charge, and how many are wanted of each.
        package var wanted: [(place: Int, count: Int64)] = []
        /// The others, which a lease has paid for.
        var leased: [Int] = []
    }

    private final class Shard: Sendable {
        let table: Mutex<LimitTable<LeasedBucket>>
        init(capacity: Int) { self.table = Mutex(LimitTable(capacity: capacity)) }
    }
    private let shards: [Shard]

    /// A book.
    ///
    /// - Parameters:
    ///   - capacity: how many buckets are kept, beside those that are full; some 80 bytes each.
    ///   - shards: how many locks there are; a power of two.
    package init(capacity: Int, shards: Int = 16) {
        self.shards = (0..<shards).map { _ in Shard(capacity: max(8, capacity / shards)) }
    }

    /// Decides by what this process knows.
    ///
    /// - Parameter shares: whether there are shared buckets to be asked.
    package func begin(_ charge: RateLimitCharge, at now: Int64, shares: Bool) -> Step {
        let tag = LimitTag(owner: charge.owner)
        return self.shard(tag).table.withLock { table in
            if let refusal = Self.refusal(charge, tag, &table, now, shares) { return .decided(.refused(refusal)) }
            var question = Question()
            var shown: RateLimitStanding?
            for (place, bucket) in charge.buckets.enumerated() {
                table.update(tag.tag(bucket.name, bucket.subject), at: now) { entry in
                    if shares {
                        if entry.hasLease(at: now) {
                            question.leased.append(place)
                        } else {
                            question.wanted.append((place, entry.request(bucket.rate, at: now)))
                        }
                    }
                    entry.charge(bucket.rate, at: now, shares: shares)
                    Self.show(entry, bucket, now, shares, in: &shown)
                }
            }
            return question.wanted.isEmpty ? .decided(.allowed(shown)) : .ask(question)
        }
    }

    /// The shared buckets have answered.
    ///
    /// - Parameter grants: one for each bucket that was asked, in order; all or none grant something.
    package func settle(
        _ charge: RateLimitCharge, _ question: Question, _ grants: [SharedGrant], at now: Int64
    ) -> RateLimitDecision {
        let tag = LimitTag(owner: charge.owner)
        let isRefused = grants.contains { $0.granted < 1 }
        return self.shard(tag).table.withLock { table in
            var refusal: RateLimitStanding?
            for (asked, grant) in zip(question.wanted, grants) {
                let bucket = charge.buckets[asked.place]
                table.updateIfPresent(tag.tag(bucket.name, bucket.subject)) { entry in
                    guard isRefused else { return entry.granted(grant, at: now) }
                    entry.refund(bucket.rate, at: now, wasLeased: false)
                    entry.refused(grant, at: now)
                }
                guard isRefused, grant.wait > refusal?.reset ?? 0 else { continue }
                refusal = RateLimitStanding(
                    name: bucket.name, limit: bucket.rate.burst, remaining: 0, reset: grant.wait)
            }
            guard let refusal else { return .allowed(Self.standing(charge, tag, table, now)) }
            for place in question.leased {
                let bucket = charge.buckets[place]
                table.updateIfPresent(tag.tag(bucket.name, bucket.subject)) { entry in
                    entry.refund(bucket.rate, at: now, wasLeased: true)
                }
            }
            return .refused(refusal)
        }
    }

    /// The shared buckets have not answered: what was charged here is what counts.
    package func abandon(_ charge: RateLimitCharge, _ question: Question, at now: Int64) -> RateLimitDecision {
        let tag = LimitTag(owner: charge.owner)
        return self.shard(tag).table.withLock { table in
            for asked in question.wanted {
                let bucket = charge.buckets[asked.place]
                table.updateIfPresent(tag.tag(bucket.name, bucket.subject)) { $0.unanswered() }
            }
            return .allowed(Self.standing(charge, tag, table, now))
        }
    }

    /// Takes a charge back that was allowed; what was taken from shared buckets for it becomes a lease.
    package func giveBack(_ charge: RateLimitCharge, at now: Int64, shares: Bool) {
        let tag = LimitTag(owner: charge.owner)
        self.shard(tag).table.withLock { table in
            for bucket in charge.buckets {
                table.updateIfPresent(tag.tag(bucket.name, bucket.subject)) { entry in
                    entry.giveBack(bucket.rate, at: now, shares: shares)
                }
            }
        }
    }

    // MARK: Parts

    private func shard(_ tag: LimitTag) -> Shard {
        self.shards[Int(tag.owner >> 48) & (self.shards.count - 1)]
    }

    /// The bucket that takes longest, if there is one that lets nothing in.
    private static func refusal(
        _ charge: RateLimitCharge, _ tag: LimitTag, _ table: inout LimitTable<LeasedBucket>, _ now: Int64,
        _ shares: Bool
    ) -> RateLimitStanding? {
        var refusal: RateLimitStanding?
        for bucket in charge.buckets {
            let key = tag.tag(bucket.name, bucket.subject)
            guard let entry = table.entry(key) else { continue }
            let wait = entry.wait(bucket.rate, at: now, shares: shares)
            guard wait > 0 else { continue }
            table.updateIfPresent(key) { $0.settle(bucket.rate, at: now) }
            guard wait > refusal?.reset ?? 0 else { continue }
            refusal = RateLimitStanding(name: bucket.name, limit: bucket.rate.burst, remaining: 0, reset: wait)
        }
        return refusal
    }

    private static func standing(
        _ charge: RateLimitCharge, _ tag: LimitTag, _ table: borrowing LimitTable<LeasedBucket>, _ now: Int64
    ) -> RateLimitStanding? {
        var shown: RateLimitStanding?
        for bucket in charge.buckets {
            guard let entry = table.entry(tag.tag(bucket.name, bucket.subject)) else { continue }
            Self.show(entry, bucket, now, true, in: &shown)
        }
        return shown
    }

    private static func show(
        _ entry: LeasedBucket, _ bucket: RateLimitCharge.Bucket, _ now: Int64, _ shares: Bool,
        in shown: inout RateLimitStanding?
    ) {
        guard bucket.isShown else { return }
        let remaining = entry.remaining(bucket.rate, at: now, shares: shares)
        if let shown, shown.remaining <= remaining { return }
        shown = RateLimitStanding(
            name: bucket.name, limit: bucket.rate.burst, remaining: remaining,
            reset: entry.bucket.reset(bucket.rate, at: now))
    }
}
