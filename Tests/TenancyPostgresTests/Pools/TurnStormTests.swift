import Tenancy
import Testing

@testable import TenancyPostgres

/// A long and wild day, without a clock: what must hold after every event.
@Suite struct TurnStormTests {
    struct Dice: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            self.state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = self.state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 8] as [UInt64])
    func whateverHappensTheSumsAreRight(seed: UInt64) {
        var dice = Dice(state: seed)
        let connections = Int.random(in: 1...12, using: &dice)
        var trial = TurnTrial(connections: connections, depth: Int.random(in: 1...4, using: &dice))
        var ids: [UInt64] = []
        var accepted = 0
        var ended = 0
        for number in 0..<4000 {
            switch Int.random(in: 0..<10, using: &dice) {
            case 0..<5:
                trial.limits.concurrency = Int.random(in: 1...8, using: &dice)
                trial.limits.queued = Int.random(in: 0...8, using: &dice)
                let outcome = trial.arrive(
                    number, of: Int.random(in: 0..<12, using: &dice), Bool.random(using: &dice) ? .read : .session,
                    within: .milliseconds(Int64.random(in: 1...500, using: &dice)))
                if outcome != nil { accepted += 1 }
                if outcome == false { ids.append(trial.lastID) }
            case 5..<8:
                if let running = trial.isRunning.randomElement(using: &dice) {
                    _ = trial.finish(running)
                    ended += 1
                }
            case 8: trial.pass(.milliseconds(Int64.random(in: 1...100, using: &dice)))
            default:
                if let id = ids.randomElement(using: &dice), trial.machine.cancel(id) != nil { ended += 1 }
            }
            for case .expired in trial.outcomes() { ended += 1 }
            #expect(accepted == ended + trial.isRunning.count + trial.machine.waiting.count)
            self.look(at: trial.machine)
        }
        while let running = trial.isRunning.first {
            _ = trial.finish(running)
            #expect(trial.machine.waiting.count == 0 || !trial.isRunning.isEmpty, "nobody is left behind")
        }
        #expect(trial.machine.waiting.count == 0)
        trial.pass(.seconds(10))
        _ = trial.arrive(100_000, of: 0)
        _ = trial.finish(100_000)
        #expect(trial.machine.places.isEmpty)
        #expect(trial.machine.counts == [0, 0, 0, 0])
    }

    private func look(at machine: TurnMachine<Int>) {
        let running = machine.counts.reduce(0, +)
        #expect(machine.running.count == running)
        var sums = (running: 0, waiting: 0, aged: 0)
        for tenant in machine.places.values.map({ machine.tenants[$0] }) {
            sums.running += tenant.running
            sums.waiting += tenant.waiting
            sums.aged += tenant.aged
        }
        #expect(sums.running == running && sums.waiting == machine.waiting.count)
        #expect(sums.aged <= running)
        // Nobody waits in a line that has room.
        for line in TurnLine.allCases where machine.hasRoom(line) {
            #expect(machine.lines[line.rawValue].count == 0)
        }
    }
}
