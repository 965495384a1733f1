import CHiredis

/// Puts replies together from what hiredis' reader finds, within a bound.
///
/// The reader finds values depth first, so a stack of unfinished arrays is all that is needed; the objects that the
/// reader is given in return mean nothing.
final class ReplyBuilder {
    private struct Frame {
        var missing: Int
        var elements: [RedisValue] = []
    }

    /// What an element costs beside its bytes.
    private static let overhead = 32

    private let limit: Int
    private var size = 0
    private var frames: [Frame] = []
    private(set) var isTooLarge = false
    private var finished: RedisValue?

    init(limit: Int) { self.limit = limit }

    /// The reply that is complete.
    func take() -> RedisValue? {
        defer {
            self.finished = nil
            self.size = 0
        }
        return self.finished
    }

    /// Returns false if the reply becomes too large.
    func add(_ value: RedisValue, size: Int) -> Bool {
        guard self.charge(size) else { return false }
        self.place(value)
        return true
    }

    /// Begins an array; returns false if the reply becomes too large.
    func open(_ count: Int) -> Bool {
        guard self.charge(0) else { return false }
        guard count > 0 else {
            self.place(.array([]))
            return true
        }
        var frame = Frame(missing: count)
        // No more than a little on the word of a server that may never send them.
        frame.elements.reserveCapacity(min(count, 64))
        self.frames.append(frame)
        return true
    }

    private func charge(_ size: Int) -> Bool {
        self.size += size + Self.overhead
        if self.size > self.limit + Self.overhead { self.isTooLarge = true }
        return !self.isTooLarge
    }

    private func place(_ value: RedisValue) {
        var value = value
        while var frame = self.frames.popLast() {
            frame.elements.append(value)
            frame.missing -= 1
            if frame.missing > 0 {
                self.frames.append(frame)
                return
            }
            value = .array(frame.elements)
        }
        self.finished = value
    }
}
