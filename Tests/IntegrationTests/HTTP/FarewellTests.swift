import NIOCore
import Testing

@testable import ServerBootstrap

@Suite struct FarewellTests {
    /// A connection that does not leave must be gone before everything that is under way is cancelled.
    @Test func endsBeforeTheServerLosesPatience() {
        let farewell = Duration.nanoseconds(Listeners.farewellTimeout.nanoseconds)
        #expect(farewell * 2 < Server.drainLimit)
    }
}
