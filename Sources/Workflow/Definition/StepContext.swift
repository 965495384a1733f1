/// What an attempt knows about itself.
public struct StepContext: Sendable {
    /// The run, and the attempt that may write for it.
    ///
    /// An effect in the database checks it in its own transaction; then an attempt that has been given up - its process
    /// was stopped, its lease ran out - cannot commit.
    public let fence: Fence
    /// What the run is about: a tenant's id.
    public let subject: String
    /// How often the step has been tried in this direction; from 1.
    public let number: Int
    private let outputs: [StepName: JSONDocument]

    /// A context.
    public init(fence: Fence, subject: String, number: Int, outputs: [StepName: JSONDocument]) {
        self.fence = fence
        self.subject = subject
        self.number = number
        self.outputs = outputs
    }

    /// What an earlier step gave; nil if it is not done.
    ///
    /// - Throws: `DecodingError` if it gave something else.
    public func output<Value: Decodable>(of step: StepName, as type: Value.Type = Value.self) throws -> Value? {
        try self.outputs[step]?.decode(type)
    }
}

/// The right to write for a run: good as long as no later attempt has begun.
public struct Fence: Sendable, Hashable {
    /// The run.
    public let run: RunID
    /// The number of the attempt, counted over all steps of the run.
    public let attempt: Int

    /// A right to write.
    public init(run: RunID, attempt: Int) {
        self.run = run
        self.attempt = attempt
    }

    /// The right of the attempt behind this one.
    public var next: Fence { Fence(run: self.run, attempt: self.attempt + 1) }
}

/// Another attempt has begun, the run was cancelled, or it is over: whoever gets this stops and writes nothing.
public struct FenceLost: Error, Sendable, Hashable, CustomStringConvertible {
    /// The right that is no longer good.
    public let fence: Fence

    /// Tells that `fence` is no longer good.
    public init(_ fence: Fence) { self.fence = fence }

    /// What happened.
    public var description: String { "attempt \(self.fence.attempt) of run \(self.fence.run) was given up" }
}
