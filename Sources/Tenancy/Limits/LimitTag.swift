/// Where things about a key are: 64 bits by a hash whose seed is secret and another in every process.
///
/// Two keys share a bucket once in 2^60 or so, and nobody can look for such a pair.
struct LimitTag {
    /// Decides the part of memory; the same for all buckets of an owner.
    let owner: UInt64

    init(owner: LimitSubject) {
        var hasher = Hasher()
        hasher.combine(owner)
        self.owner = UInt64(bitPattern: Int64(hasher.finalize()))
    }

    /// Tells buckets of the owner apart; never 0.
    func tag(_ name: String, _ subject: LimitSubject) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(self.owner)
        hasher.combine(name)
        hasher.combine(subject)
        return UInt64(bitPattern: Int64(hasher.finalize())) | 1
    }
}
