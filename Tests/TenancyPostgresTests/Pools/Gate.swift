/// Holds whoever comes to it until it is opened.
struct Gate: Sendable {
    private let opened: AsyncStream<Void>
    private let opening: AsyncStream<Void>.Continuation

    init() {
        (self.opened, self.opening) = AsyncStream.makeStream()
    }

    func pass() async { for await _ in self.opened {} }
    func open() { self.opening.finish() }
}
