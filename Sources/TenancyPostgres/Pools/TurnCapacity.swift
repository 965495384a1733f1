import Tenancy

/// How many transactions the shared connections carry at one time, and of which kind.
///
/// Three fences, each behind the other, so that what takes long leaves room for what does not:
/// quick reads have ``connections`` less ``exclusive`` connections to themselves, and quick sessions ``exclusive`` less
/// ``slow``.
struct TurnCapacity: Sendable, Hashable {
    /// How many connections there are; 1 or more.
    let connections: Int
    /// How many quick reads there may be for each connection that nothing else holds.
    ///
    /// They share a connection by pipelining. More than a few would only wait in its queue, which is first come, first
    /// served, instead of in the fair one.
    let depth: Int
    /// How many connections sessions and slow reads may hold together.
    let exclusive: Int
    /// How many of those may be held by what is slow.
    let slow: Int

    /// Three quarters of the connections for whatever holds one, five eighths for what holds one for long.
    ///
    /// - Parameter leasable: how many connections the client lends at one time.
    init(connections: Int, leasable: Int, depth: Int = 4) {
        self.connections = max(1, connections)
        self.depth = max(1, depth)
        self.exclusive = max(1, min(leasable, connections - max(1, connections / 4)))
        self.slow = max(1, self.exclusive - max(1, connections / 8))
    }

    /// How many quick reads may be under way while so many connections are held by others.
    func quickReads(besideHeld held: Int) -> Int {
        max(1, self.connections - max(held, 0)) * self.depth
    }
}

/// What a transaction does with a connection.
enum TurnKind: Int, Sendable, Hashable, CaseIterable {
    /// One batch, behind which others may be sent.
    case read
    /// A connection of its own, for as long as somebody's code runs.
    case session
}

/// What one tenant may take of the connections.
struct TurnLimits: Sendable, Hashable {
    /// Where the limits come from.
    var tier: TierName
    /// How many transactions may be under way; 1 or more.
    var concurrency: Int
    /// How many may wait; beyond, they are refused.
    var queued: Int
    /// How many connections of its own the tenant is to have; nil if none.
    var connections: Int?
}

/// Says that a transaction is under way; given back exactly once.
struct TurnTicket: Sendable, Equatable {
    let place: Int
}
