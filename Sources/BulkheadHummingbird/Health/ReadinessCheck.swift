/// Asks one thing that the server needs whether it is there.
public struct ReadinessCheck: Sendable {
    /// What a check found.
    public enum Outcome: Sendable, Hashable {
        /// It is there. The text says more, if there is more to say.
        case ready(String? = nil)
        /// It is not. The text says why, for operators.
        case failed(String)

        var isReady: Bool {
            switch self {
            case .ready: return true
            case .failed: return false
            }
        }
    }

    /// What is asked: `database`, `listen`, `clock`.
    public let name: String
    let run: @concurrent @Sendable () async -> Outcome

    /// A check.
    ///
    /// - Parameters:
    ///   - name: unique among the checks of a server.
    ///   - run: asks; should give up by itself within a second or two, since whoever asks gives up too.
    public init(_ name: String, run: @escaping @concurrent @Sendable () async -> Outcome) {
        self.name = name
        self.run = run
    }
}
