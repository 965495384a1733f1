/// A bucket of this process, and how it stands with the bucket of the same key that all processes share.
///
/// What is shared is taken in small batches, so that not every request asks for it: a lease. What was leased has been
/// charged to the shared bucket already, so the limit holds however many lease.
struct LeasedBucket: LimitEntry {
    /// How long a lease may be used, in nanoseconds; then what is left of it is lost.
    static let leaseTime: Int64 = 1_000_000_000
    /// Whoever asks again within this time gets more at once, in nanoseconds.
    private static let hotTime: Int64 = 250_000_000
    /// A batch is at most what the limit grants in this time, in nanoseconds.
    private static let batchTime: Int64 = 50_000_000

    /// What this process alone has let in.
    private(set) var bucket = TokenBucket()
    private var lease: Int64 = 0
    private var leaseEnd: Int64 = 0
    private var refusedUntil: Int64 = 0
    private var askedAt: Int64 = 0
    private var batch: Int32 = 0
    private var asking: Int32 = 0
    /// What the shared bucket held when it last answered.
    private var sharedRemaining: Int64 = .max
    private var answeredAt: Int64 = 0

    func weight(at now: Int64) -> Int64 {
        max(self.bucket.debt(at: now), self.lease > 0 ? self.leaseEnd - now : 0, self.refusedUntil - now, 0)
    }

    /// The largest batch: a sixteenth of the burst, and what is granted in ``batchTime``.
    static func largestBatch(_ rate: BucketRate) -> Int64 {
        max(1, min(rate.burst / 16, Self.batchTime / rate.interval))
    }

    /// How long until this process would let one in; 0 for now.
    func wait(_ rate: BucketRate, at now: Int64, shares: Bool) -> Int64 {
        let own = self.bucket.wait(rate, at: now)
        return shares ? max(own, min(self.refusedUntil - now, rate.depth)) : own
    }

    mutating func settle(_ rate: BucketRate, at now: Int64) { self.bucket.settle(rate, at: now) }

    func hasLease(at now: Int64) -> Bool { self.lease > 0 && self.leaseEnd > now }

    /// Charges one; a lease pays for it if there is one and it counts.
    mutating func charge(_ rate: BucketRate, at now: Int64, shares: Bool) {
        self.bucket.charge(rate, at: now)
        if shares, self.hasLease(at: now) { self.lease -= 1 }
    }

    /// Takes a charge back that was made for nothing.
    mutating func refund(_ rate: BucketRate, at now: Int64, wasLeased: Bool) {
        self.bucket.refund(rate)
        if wasLeased { self.lease += 1 }
    }

    /// Takes a charge back that turned out to be for nothing; the shared bucket has been paid, so the next one is free.
    mutating func giveBack(_ rate: BucketRate, at now: Int64, shares: Bool) {
        self.bucket.refund(rate)
        guard shares else { return }
        if !self.hasLease(at: now) {
            self.lease = 0
            self.leaseEnd = now + Self.leaseTime
        }
        self.lease = min(self.lease + 1, Self.largestBatch(rate))
    }

    /// How many to ask for: one for whoever comes rarely or while somebody else is asking, else twice as many as last
    /// time.
    mutating func request(_ rate: BucketRate, at now: Int64) -> Int64 {
        defer { self.asking += 1 }
        guard self.asking == 0 else { return 1 }
        let isHot = self.batch > 0 && now - self.askedAt < Self.hotTime
        self.batch = isHot ? Int32(min(Int64(self.batch) * 2, Self.largestBatch(rate))) : 1
        self.askedAt = now
        return Int64(self.batch)
    }

    /// An answer has come: so many were granted, one of which is used.
    mutating func granted(_ grant: SharedGrant, at now: Int64) {
        self.asking = max(0, self.asking - 1)
        self.sharedRemaining = grant.remaining
        self.answeredAt = now
        guard grant.granted > 0 else { return }
        if !self.hasLease(at: now) { self.lease = 0 }
        self.lease += grant.granted - 1
        self.leaseEnd = now + Self.leaseTime
    }

    /// An answer has come, and it was no; until then it need not be asked again.
    mutating func refused(_ grant: SharedGrant, at now: Int64) {
        self.asking = max(0, self.asking - 1)
        self.sharedRemaining = grant.remaining
        self.answeredAt = now
        if grant.wait > 0 { self.refusedUntil = now + grant.wait }
    }

    /// No answer has come.
    mutating func unanswered() {
        self.asking = max(0, self.asking - 1)
    }

    func remaining(_ rate: BucketRate, at now: Int64, shares: Bool) -> Int64 {
        let own = self.bucket.remaining(rate, at: now)
        guard shares, self.sharedRemaining < .max, now - self.answeredAt < Self.leaseTime else { return own }
        return min(own, self.sharedRemaining + (self.hasLease(at: now) ? self.lease : 0))
    }
}

/// What the shared bucket of a key says.
package struct SharedGrant: Sendable, Hashable {
    /// How many may be used; 0 if none, or if another bucket of the charge had none.
    package var granted: Int64
    /// How many are left.
    package var remaining: Int64
    /// How long until it grants one, in nanoseconds; 0 if it would.
    package var wait: Int64

    /// What a shared bucket says.
    package init(granted: Int64, remaining: Int64, wait: Int64) {
        self.granted = granted
        self.remaining = remaining
        self.wait = wait
    }
}
