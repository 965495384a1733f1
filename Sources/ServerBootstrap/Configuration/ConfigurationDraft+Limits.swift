import BulkheadHummingbird

extension ConfigurationDraft {
    /// Limits; nil if something is wrong.
    mutating func rateLimits() -> RateLimitConfiguration? {
        let mode = self.value(.rateLimits, default: RateLimitMode.on.rawValue, Self.rateLimitMode)
        let deadline = self.value(.redisLimitTimeout, default: "25") { Self.number($0, in: 1...1_000) }
        guard let mode, let deadline else { return nil }
        return RateLimitConfiguration(mode: mode, deadline: .milliseconds(deadline))
    }

    /// A file says `on` and `off` as YAML understands them: as true and false.
    private static func rateLimitMode(_ text: String) -> RateLimitMode? {
        RateLimitMode(rawValue: text) ?? Self.boolean(text).map { $0 ? .on : .off }
    }
}
