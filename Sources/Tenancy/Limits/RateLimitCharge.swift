/// What a request is to be charged with: one from each of a few buckets.
///
/// All belong to one owner, mostly a tenant: what is charged together is kept together, in one place of memory and on
/// one server of a cluster.
public struct RateLimitCharge: Sendable {
    /// One bucket.
    public struct Bucket: Sendable, Hashable {
        /// Which limit it is, as it is told to clients: 1-32 lower-case letters and hyphens.
        public let name: String
        /// Whom of the owner's it is about.
        public let subject: LimitSubject
        /// How fast it is filled and how much it holds.
        public let rate: BucketRate
        /// Whether whoever asks may know how much is left in it.
        public let isShown: Bool

        /// A bucket.
        public init(_ name: String, _ subject: LimitSubject, _ rate: BucketRate, isShown: Bool = true) {
            self.name = name
            self.subject = subject
            self.rate = rate
            self.isShown = isShown
        }
    }

    /// Whose the buckets are.
    public let owner: LimitSubject
    /// The buckets; 1 or more, each once.
    public let buckets: [Bucket]

    /// A charge.
    public init(owner: LimitSubject, _ buckets: [Bucket]) {
        self.owner = owner
        self.buckets = buckets
    }
}
