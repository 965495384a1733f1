import Foundation
import Synchronization

/// Remembers tokens whose signature was checked, since that check costs more than most of what a request does.
///
/// Keyed by the whole text, so that nothing but the very token that was checked is found: a signature that was changed
/// in one bit is another key. It says only that the token was genuine and when it is in date; who the bearer is now,
/// and whether the tenant is served, is asked with every request. A memory belongs to one set of keys and goes with it.
///
/// Bounded: each part has a young and an old generation, a token that is used again moves to the young one, and the old
/// one is dropped when the young one is full.
final class TokenMemory: Sendable {
    /// A token that was genuine, and when it may be used.
    struct Entry: Sendable {
        let token: VerifiedToken
        /// Seconds since 1970, differences of clocks allowed for.
        let validFrom: Double
        /// The same; the first moment at which it is too late.
        let validUntil: Double
    }

    private struct Generations {
        var young: [String: Entry] = [:]
        var old: [String: Entry] = [:]
    }

    private final class Part: Sendable {
        let generations = Mutex(Generations())
    }

    /// How many tokens are remembered at most, unless a test says otherwise; some 1 KiB each.
    static let capacity = 32_768

    private let parts: [Part]
    private let generationSize: Int

    /// An empty memory.
    init(capacity: Int = TokenMemory.capacity, parts: Int = 16) {
        self.parts = (0..<max(1, parts)).map { _ in Part() }
        self.generationSize = max(1, capacity / self.parts.count / 2)
    }

    /// The token with this text, if it was remembered and is in date at `now`.
    func token(_ text: String, at now: Double) -> VerifiedToken? {
        let entry = self.part(of: text).generations.withLock { generations -> Entry? in
            if let entry = generations.young[text] { return entry }
            guard let entry = generations.old.removeValue(forKey: text) else { return nil }
            self.insert(entry, for: text, into: &generations)
            return entry
        }
        // Not in date: the full check says why, and it is not worth remembering.
        guard let entry, entry.validFrom <= now, now < entry.validUntil else { return nil }
        return entry.token
    }

    /// Remembers a token that was checked.
    func remember(_ entry: Entry, for text: String) {
        self.part(of: text).generations.withLock { self.insert(entry, for: text, into: &$0) }
    }

    /// How many are remembered.
    var count: Int {
        self.parts.reduce(0) { sum, part in sum + part.generations.withLock { $0.young.count + $0.old.count } }
    }

    private func insert(_ entry: Entry, for text: String, into generations: inout Generations) {
        if generations.young.count >= self.generationSize {
            generations.old = generations.young
            generations.young = [:]
        }
        generations.young[text] = entry
    }

    /// The end of a token is the end of its signature, which spreads by itself.
    private func part(of text: String) -> Part {
        var mixed: UInt = 0
        for byte in text.utf8.suffix(4) { mixed = mixed &* 31 &+ UInt(byte) }
        return self.parts[Int(mixed % UInt(self.parts.count))]
    }
}
