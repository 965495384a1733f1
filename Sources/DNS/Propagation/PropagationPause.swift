/// How long to wait between two rounds: longer each time, up to a limit.
public struct PropagationPause: Sendable, Hashable {
    /// After the first round.
    public var first: Duration
    /// How many times longer each is than the one before; 1 or more.
    public var growth: Double
    /// The longest.
    public var longest: Duration

    /// Pauses.
    public init(first: Duration = .seconds(1), growth: Double = 1.5, longest: Duration = .seconds(15)) {
        self.first = first
        self.growth = growth
        self.longest = longest
    }

    /// The pause after so many rounds.
    public func length(after rounds: Int) -> Duration {
        var pause = self.first
        for _ in 1..<max(rounds, 1) where pause < self.longest { pause = pause * self.growth }
        return min(pause, self.longest)
    }
}
