/// The calls of a store that can be made to fail.
public enum StoreCall: String, Sendable, Hashable, CaseIterable {
    /// Taking a run.
    case claim
    /// Writing to a journal.
    case record
    /// Keeping a run.
    case renew
}

/// When a call fails.
public enum FaultMoment: Sendable, Hashable {
    /// Nothing has happened yet.
    case beforeEffect
    /// It has happened, and only the answer is lost.
    case afterEffect
}

/// The store gave no answer, because a test wanted it so.
public struct StoreOutage: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was asked of the store.
    public let call: StoreCall

    /// An answer that did not come.
    public init(_ call: StoreCall) { self.call = call }

    /// What happened.
    public var description: String { "the store gave no answer to \(self.call.rawValue)" }
}

/// The faults that are still to happen, call by call.
struct FaultPlan: Sendable {
    private struct Fault {
        let moment: FaultMoment
        let error: any Error
        var times: Int
    }

    private var faults: [StoreCall: [Fault]] = [:]
    private var counts: [StoreCall: Int] = [:]

    mutating func add(_ call: StoreCall, times: Int, _ moment: FaultMoment, _ error: any Error) {
        guard times > 0 else { return }
        self.faults[call, default: []].append(Fault(moment: moment, error: error, times: times))
    }

    func count(of call: StoreCall) -> Int { self.counts[call] ?? 0 }

    /// Makes a call: with its effect or without, and with its answer or without.
    mutating func run<Answer>(_ call: StoreCall, _ effect: () throws -> Answer) throws -> Answer {
        self.counts[call, default: 0] += 1
        let fault = self.next(call)
        if let fault, fault.moment == .beforeEffect { throw fault.error }
        let answer = try effect()
        if let fault { throw fault.error }
        return answer
    }

    private mutating func next(_ call: StoreCall) -> Fault? {
        guard var queue = self.faults[call], !queue.isEmpty else { return nil }
        queue[0].times -= 1
        let fault = queue[0]
        if fault.times == 0 { queue.removeFirst() }
        self.faults[call] = queue
        return fault
    }
}
