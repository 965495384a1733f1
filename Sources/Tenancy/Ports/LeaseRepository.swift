/// What one process at a time may do, for as long as it says that it is there; on the database's clock.
public protocol LeaseRepository: Sendable {
    /// Takes a lease that is free or has run out.
    ///
    /// - Returns: nil if somebody else has it.
    func acquire(_ name: LeaseName, by holder: String, for duration: Duration) async throws -> Lease?
    /// Keeps a lease for longer.
    ///
    /// - Returns: false if somebody else has it by now; whoever gets this stops.
    func renew(_ lease: Lease, for duration: Duration) async throws -> Bool
    /// Gives a lease back; nothing happens if it is somebody else's by now.
    func release(_ lease: Lease) async throws
}

/// What is leased.
public struct LeaseName: RawRepresentable, Sendable, Hashable {
    /// A letter, then letters and dots; 2 to 40 in all.
    public let rawValue: String

    /// A name.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Writing to the zone.
    public static let zone = LeaseName(rawValue: "dns.zone")
    /// Getting a certificate.
    public static let certificate = LeaseName(rawValue: "certificate")
}

/// A lease that somebody has.
public struct Lease: Sendable, Hashable {
    /// What is leased.
    public let name: LeaseName
    /// The number of the lease; the next holder's is higher.
    public let number: Int

    /// A lease.
    public init(name: LeaseName, number: Int) {
        self.name = name
        self.number = number
    }
}
