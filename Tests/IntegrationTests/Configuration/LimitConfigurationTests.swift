import BulkheadHummingbird
import Testing

@testable import ServerBootstrap

/// What can be said about limits.
@Suite struct LimitConfigurationTests {
    @Test func theyAreOnUnlessSomebodySaysOtherwise() throws {
        let standard = try ConfigurationTrial().configuration().rateLimits
        #expect(standard == RateLimitConfiguration(mode: .on, deadline: .milliseconds(25)))
        #expect(try ConfigurationTrial().shown(.rateLimits) == "on")
    }

    @Test(arguments: [("on", RateLimitMode.on), ("observe", .observe), ("off", .off), ("false", .off), ("true", .on)])
    func modes(_ text: String, _ mode: RateLimitMode) throws {
        #expect(try ConfigurationTrial("BULKHEAD_RATE_LIMITS=\(text)").configuration().rateLimits.mode == mode)
        // YAML takes on and off for true and false.
        #expect(try ConfigurationTrial(yaml: "rateLimits: \(text)\n").configuration().rateLimits.mode == mode)
    }

    @Test func theDeadlineHasBounds() throws {
        let trial = ConfigurationTrial("BULKHEAD_REDIS_LIMIT_MILLISECONDS=5")
        #expect(try trial.configuration().rateLimits.deadline == .milliseconds(5))
        for text in ["0", "1001", "-1", "fast", "2.5"] {
            let problems = try ConfigurationTrial("BULKHEAD_REDIS_LIMIT_MILLISECONDS=\(text)").problems()
            #expect(problems == ["BULKHEAD_REDIS_LIMIT_MILLISECONDS must be a number of milliseconds from 1 to 1000"])
        }
    }

    @Test func anythingElseIsRefused() throws {
        #expect(
            try ConfigurationTrial("BULKHEAD_RATE_LIMITS=sometimes").problems() == [
                "BULKHEAD_RATE_LIMITS must be on, observe (count and tell, refuse no request) or off"
            ])
    }
}
