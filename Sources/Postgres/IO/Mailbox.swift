import Synchronization

/// Hands work of any thread over to the I/O thread: one lock a message, one wake-up a sleep.
final class Mailbox<Message: Sendable>: Sendable {
    private struct State: Sendable {
        var isClosed = false
        var isSleeping = false
        var wakeUp: WakeUp?
        var messages: [Message] = []
    }

    private let state = Mutex(State())

    init() {}

    /// Says how to wake the reader, which exists from now on.
    func open(_ wakeUp: WakeUp) {
        self.state.withLock { $0.wakeUp = wakeUp }
    }

    /// Leaves a message; false if nobody will ever read it.
    func post(_ message: Message) -> Bool {
        let (isAccepted, wakeUp) = self.state.withLock { state -> (Bool, WakeUp?) in
            guard !state.isClosed else { return (false, nil) }
            state.messages.append(message)
            guard state.isSleeping else { return (true, nil) }
            state.isSleeping = false
            return (true, state.wakeUp)
        }
        wakeUp?.signal()
        return isAccepted
    }

    /// Takes all messages; `spare` is an empty array whose memory is used for the next ones.
    func take(into spare: inout [Message]) {
        self.state.withLock { state in
            state.isSleeping = false
            if !state.messages.isEmpty { swap(&state.messages, &spare) }
        }
    }

    /// Says that the reader is about to wait; false if there is a message to read first.
    func prepareToSleep() -> Bool {
        self.state.withLock { state in
            state.isSleeping = state.messages.isEmpty
            return state.isSleeping
        }
    }

    /// Refuses further messages and returns those nobody has read.
    func close() -> [Message] {
        self.state.withLock { state in
            state.isClosed = true
            defer { state.messages = [] }
            return state.messages
        }
    }
}
