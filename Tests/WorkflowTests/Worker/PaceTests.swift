import Testing

@testable import Workflow

@Suite struct PaceTests {
    private let start = ContinuousClock.now

    @Test func `the first may start at once, the next one an interval later`() {
        var pace = Pace(perSecond: 4)
        #expect(pace.pause(at: self.start) == .zero)
        pace.count(at: self.start)
        #expect(pace.pause(at: self.start) == .milliseconds(250))
        #expect(pace.pause(at: self.start + .milliseconds(100)) == .milliseconds(150))
        #expect(pace.pause(at: self.start + .milliseconds(250)) == .zero)
    }

    @Test func `what was missed is not caught up on`() {
        var pace = Pace(perSecond: 4)
        pace.count(at: self.start)
        pace.count(at: self.start + .seconds(10))
        #expect(pace.pause(at: self.start + .seconds(10)) == .milliseconds(250))
    }

    @Test func `without a limit nobody waits`() {
        var pace = Pace(perSecond: nil)
        pace.count(at: self.start)
        #expect(pace.pause(at: self.start) == .zero)
    }

    @Test(arguments: [0, -1, 1e-9]) func `the slowest pace is one in a thousand seconds`(perSecond: Double) {
        var pace = Pace(perSecond: perSecond)
        pace.count(at: self.start)
        #expect(pace.pause(at: self.start) == .seconds(1000))
    }
}
