/// A place for a connection in the pool; several connections have it one after the other.
struct PoolSlot {
    var generation: UInt32 = 0
    /// nil while there is no connection.
    var machine: ConnectionMachine?
    /// Lifetimes are shortened by up to a tenth, so that connections do not all end at once.
    var lifetimeFactor = 1.0
}
