/// How much work and memory one password hash takes (RFC 7914, section 2).
///
/// Within bounds: whoever can write a stored hash must not be able to make a sign-in allocate gigabytes.
public struct ScryptCost: Sendable, Hashable {
    /// The logarithm to base 2 of N, the number of rounds; 4...17.
    public let logRounds: Int
    /// r, the block size; 1...16.
    ///
    /// One hash needs 128 * N * r * p bytes of memory at most.
    public let blockSize: Int
    /// p, how often the work is done; 1...4.
    public let parallelism: Int

    /// The most memory that one hash may take, in bytes: 128 MiB, what the strongest advice asks for (N = 2^17, r = 8).
    static let memoryLimit = 128 * 1024 * 1024

    /// A cost, or nil if a parameter or the memory they ask for together is out of bounds.
    public init?(logRounds: Int, blockSize: Int, parallelism: Int) {
        guard (4...17).contains(logRounds), (1...16).contains(blockSize), (1...4).contains(parallelism),
            128 * (1 << logRounds) * blockSize * parallelism <= Self.memoryLimit
        else { return nil }
        self.init(checked: logRounds, blockSize, parallelism)
    }

    private init(checked logRounds: Int, _ blockSize: Int, _ parallelism: Int) {
        self.logRounds = logRounds
        self.blockSize = blockSize
        self.parallelism = parallelism
    }

    /// N = 2^15, r = 8, p = 1: 32 MiB and some 50-100 ms, for people who wait for an answer.
    public static let interactive = ScryptCost(checked: 15, 8, 1)

    /// The cheapest cost within the bounds: protects nothing; for tests.
    package static let cheapest = ScryptCost(checked: 4, 1, 1)

    /// N, the number of rounds.
    var rounds: Int { 1 << self.logRounds }
}
