import Synchronization

/// Listens on one channel on behalf of a directory, and finds out all the time whether what is sent there arrives.
public final class TenantMessageWatch: Sendable {
    /// How often it is tried whether messages arrive.
    public static let proofInterval: Duration = .seconds(2)

    private struct State {
        var proof: String?
        var provenAt: ContinuousClock.Instant?
    }

    /// The channel.
    public let messages: any TenantMessages
    private let directory: CachingTenantDirectory
    private let interval: Duration
    private let onChange: @Sendable (TenantChange) -> Void
    private let state = Mutex(State())

    /// A watch that does nothing until it is run.
    ///
    /// - Parameters:
    ///   - messages: the channel.
    ///   - directory: told of what comes in.
    ///   - interval: how often it is tried whether messages arrive.
    ///   - onChange: told of changes too; must be quick.
    public init(
        _ messages: any TenantMessages, for directory: CachingTenantDirectory,
        interval: Duration = TenantMessageWatch.proofInterval,
        onChange: @escaping @Sendable (TenantChange) -> Void = { _ in }
    ) {
        self.messages = messages
        self.directory = directory
        self.interval = interval
        self.onChange = onChange
    }

    /// How long ago it was last shown that messages arrive; nil if it never was.
    public var lastProof: Duration? { self.state.withLock { $0.provenAt }.map { $0.duration(to: .now) } }

    /// Whether messages are known to arrive.
    public var isAlive: Bool { self.lastProof.map { $0 <= self.interval * 2.5 } ?? false }

    /// Listens until the task is cancelled.
    public func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.messages.listen { self.take($0) } }
            group.addTask {
                while !Task.isCancelled {
                    await self.prove()
                    // The period itself; ends early when cancelled.
                    do { try await ContinuousClock().sleep(for: self.interval) } catch { return }
                }
            }
            await group.waitForAll()
        }
    }

    private func take(_ message: TenantMessage) {
        switch message {
        case .changed(let change):
            self.directory.hear(change)
            self.onChange(change)
        case .gap: self.directory.missedHints()
        case .proof(let text):
            // One that was held up somewhere says nothing about now.
            let isLatest = self.state.withLock { state in
                guard state.proof == text else { return false }
                state.provenAt = .now
                return true
            }
            if isLatest { self.directory.hearsHints() }
        }
    }

    private func prove() async {
        let proof = String(UInt64.random(in: .min ... .max), radix: 16)
        self.state.withLock { $0.proof = proof }
        do {
            try await self.messages.send(proof: proof)
        } catch {
            // Nothing will arrive, which is the answer.
        }
    }
}
