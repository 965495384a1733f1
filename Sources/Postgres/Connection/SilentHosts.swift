import Synchronization

/// The hosts that lately did not answer in time: the others are tried first.
///
/// Otherwise each new connection would wait for the hanging host anew.
final class SilentHosts: Sendable {
    private static let memory = Duration.seconds(60)

    private let since = Mutex<[ServerAddresses.Address: ContinuousClock.Instant]>([:])

    init() {}

    func saidNothing(_ address: ServerAddresses.Address, _ now: ContinuousClock.Instant) {
        self.since.withLock { $0[address] = now }
    }

    func answered(_ address: ServerAddresses.Address) {
        self.since.withLock { $0[address] = nil }
    }

    /// The same addresses, the silent ones last.
    func ordered(
        _ addresses: [ServerAddresses.Address], _ now: ContinuousClock.Instant
    ) -> [ServerAddresses.Address] {
        let since = self.since.withLock { $0 }
        func isSilent(_ address: ServerAddresses.Address) -> Bool {
            since[address].map { now - $0 < Self.memory } ?? false
        }
        return addresses.filter { !isSilent($0) } + addresses.filter(isSilent)
    }
}
