import Synchronization

/// What steps have done, in order, and gates at which they wait.
final class Diary: Sendable {
    private struct State {
        var lines: [String] = []
        var things: Set<String> = []
    }

    private let state = Mutex(State())

    var lines: [String] { self.state.withLock { $0.lines } }
    /// What there is.
    var things: [String] { self.state.withLock { $0.things.sorted() } }

    func note(_ line: String) { self.state.withLock { $0.lines.append(line) } }
    func make(_ thing: String) { self.state.withLock { _ = $0.things.insert(thing) } }
    func remove(_ thing: String) { self.state.withLock { _ = $0.things.remove(thing) } }
    func count(of line: String) -> Int { self.lines.filter { $0 == line }.count }
}

/// A door that is opened once.
final class Gate: Sendable {
    private let (passes, opener) = AsyncStream.makeStream(of: Void.self)

    func open() { self.opener.finish() }

    /// Waits until the door is open, or throws when the task is cancelled first.
    func pass() async throws {
        for await _ in self.passes {}
        try Task.checkCancellation()
    }
}
