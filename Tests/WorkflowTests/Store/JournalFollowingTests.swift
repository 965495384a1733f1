import Foundation
import Testing
import Workflow

@Suite("Following a run's journal")
struct JournalFollowingTests {
    /// Events from 1, which `crash` tells from others of their numbers.
    private static func events(_ sequences: ClosedRange<Int>, crash: Int = 0) -> [RecordedEvent] {
        sequences.map {
            let at = Date(timeIntervalSince1970: 1_767_225_600 + Double($0) + Double(crash) / 1e6)
            return RecordedEvent(sequence: $0, at: at, event: RunEvent(.attemptStarted))
        }
    }

    private static func follow(
        after sequence: Int = 0, _ rounds: [(status: RunStatus, events: [RecordedEvent])]
    ) async throws -> (told: [[RecordedEvent]], asked: [Int]) {
        let journal = JournalDouble(rounds)
        var told: [[RecordedEvent]] = []
        try await journal.follow(journal.run, after: sequence) { told.append($0) }
        return (told, journal.asked)
    }

    @Test("tells each event once, with one question a round")
    func once() async throws {
        let all = Self.events(1...4)
        let seen = try await Self.follow([
            (.running, Array(all[..<2])), (.running, Array(all[..<2])), (.running, Array(all[..<3])), (.completed, all),
        ])
        #expect(seen.told == [Array(all[..<2]), [all[2]], [all[3]]])
        #expect(seen.asked == [0, 1, 1, 2])
    }

    @Test("begins behind an event, and tells no more of a run that is over and known")
    func behind() async throws {
        let all = Self.events(1...4)
        let seen = try await Self.follow(after: 2, [(.running, Array(all[..<3])), (.completed, all)])
        #expect(seen.told == [[all[2]], [all[3]]])
        #expect(try await Self.follow(after: 4, [(.completed, all)]).told.isEmpty)
        #expect(try await Self.follow([]).told.isEmpty)
    }

    @Test("begins anew when the last event told has become another one", arguments: [3, 4, 6])
    func replaced(end: Int) async throws {
        let before = Self.events(1...4)
        let after = Self.events(1...1) + Self.events(2...end, crash: 1)
        let seen = try await Self.follow([(.running, before), (.running, after), (.completed, after)])
        #expect(seen.told == [before, after])
        #expect(seen.asked.starts(with: [0, 3, 0]))
    }

    @Test("begins anew when the last event told is gone, and goes on with what comes in its place")
    func gone() async throws {
        let (before, kept) = (Self.events(1...4), Self.events(1...2))
        let later = kept + Self.events(3...4, crash: 1)
        let seen = try await Self.follow([
            (.running, before), (.running, kept), (.running, kept), (.running, kept), (.completed, later),
        ])
        #expect(seen.told == [before, kept, Array(later[2...])])
        let resumed = try await Self.follow(after: 4, [(.running, kept), (.running, kept), (.completed, later)])
        #expect(resumed.told == [kept, Array(later[2...])])
    }

    @Test("survives a second crash")
    func twice() async throws {
        let (first, second, third) = (Self.events(1...3), Self.events(1...3, crash: 1), Self.events(1...3, crash: 2))
        let seen = try await Self.follow([
            (.running, first), (.running, second), (.running, second), (.running, third), (.completed, third),
        ])
        #expect(seen.told == [first, second, third])
    }
}
