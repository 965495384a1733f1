public import AsyncHTTPClient
public import DNS

/// Zones at Cloudflare, over version 4 of its API.
///
/// The API keeps single records with ids, and adds whatever is new to what is there; so what is there is read first, and
/// exactly those records are changed. All changes of one call are one transaction of the API unless they are about
/// more than 200 records, the limit of its smallest plan; then they are several, in order.
///
/// A proxied record has no time to live of its own; the one that was asked for is noted in its comment. A record that
/// is proxied and should not be, or the other way about, is listed with a time to live that is a second too long, so
/// that a plan corrects it if it is ours.
///
/// A name is taken, and no change touches it, if it has a text that a ``RecordSet`` cannot say where one would be
/// written, or records of other kinds and no address or alias; see ``ZoneListing``. So is everything at and below a
/// delegation.
public struct CloudflareProvider: DNSProvider {
    /// How many records one batch may be about on the smallest plan.
    static let largestBatch = 200
    /// So many names are asked for one by one; more than these, and the whole zone is read.
    private static let fewNames = 4

    /// The name.
    public let name = "Cloudflare"
    /// All kinds, in one transaction; a time to live of 1 is one that Cloudflare chooses.
    public let support = DNSSupport(minimumTTL: 60, appliesTogether: true, maximumChanges: 50)

    private let api: CloudflareAPI
    private let form: CloudflareForm

    /// A provider; `client` has to outlive it, and should follow no redirects, as ``ProviderHTTPClient`` does.
    public init(_ configuration: Configuration, client: HTTPClient) {
        let client = ProviderClient(client: client, provider: "Cloudflare", timeout: configuration.timeout)
        self.api = CloudflareAPI(configuration: configuration, client: client)
        self.form = CloudflareForm(proxied: configuration.proxied)
    }

    /// The record sets of a zone; see ``DNSProvider/records(in:at:)``.
    public func records(in zone: DomainName, at names: Set<DomainName>?) async throws -> [RecordSet] {
        let id = try await self.api.zoneID(of: zone)
        let sets = try await self.listing(of: names, in: zone, id: id).zone.recordSets(at: names)
        return sets.sorted { $0.key < $1.key }
    }

    /// Makes changes; see ``DNSProvider/apply(_:to:)``.
    ///
    /// - Throws: ``DNSProviderError``, of kind `refused` for a name outside of the zone too, which the API would take
    ///   for one relative to it.
    public func apply(_ changes: [RecordChange], to zone: DomainName) async throws -> ChangeReceipt {
        if let stray = changes.first(where: { !$0.key.name.isWithin(zone) }) {
            throw self.api.error(.refused, zone, "\(stray.key) is not in the zone")
        }
        let id = try await self.api.zoneID(of: zone)
        let listing = try await self.listing(of: Set(changes.map(\.key.name)), in: zone, id: id)
        let needed = try changes.filter { change in
            try listing.zone.needs(change) { self.api.error(.conflict, zone, $0) }
        }
        do {
            for batch in self.batches(of: needed, in: listing) { try await self.api.send(batch, to: zone, id: id) }
        } catch let error as DNSProviderError where error.kind == .conflict {
            // Something happened since it was read; perhaps just what was wanted, by another process of ours.
            let now = try await self.listing(of: Set(changes.map(\.key.name)), in: zone, id: id)
            guard changes.allSatisfy({ $0.standing(in: now.zone.sets) == .done }) else { throw error }
        }
        return ChangeReceipt()
    }

    /// Its servers have it within seconds, and nothing tells when; they are found out about by asking them.
    public func settled(_ receipt: ChangeReceipt, in zone: DomainName) async throws -> Bool { true }

    private func listing(
        of names: Set<DomainName>?, in zone: DomainName, id: String
    ) async throws -> CloudflareListing {
        let names = names.map { ZoneListing.withParents($0, in: zone) }
        guard let names, names.count <= Self.fewNames else {
            return CloudflareListing(try await self.api.records(in: zone, id: id), of: zone, form: self.form)
        }
        var records: [CloudflareRecord] = []
        for name in names.sorted() { records += try await self.api.records(at: name, in: zone, id: id) }
        return CloudflareListing(records, of: zone, form: self.form)
    }

    /// As few as the limit allows, whole changes in order.
    private func batches(of changes: [RecordChange], in listing: CloudflareListing) -> [CloudflareBatch] {
        var batches: [CloudflareBatch] = []
        var open = CloudflareBatch()
        for change in changes {
            var next = CloudflareBatch()
            next.add(change, in: listing, form: self.form)
            if open.count + next.count > Self.largestBatch, open.count > 0 {
                batches.append(open)
                open = CloudflareBatch()
            }
            open.add(next)
        }
        return open.count > 0 ? batches + [open] : batches
    }
}
