public import AsyncHTTPClient
public import DNS
import Foundation
import NIOHTTP1

/// Public zones of Amazon Route 53, over its API of 2013-04-01.
///
/// Route 53 checks what a batch of changes expects to find and does all of it or nothing, so changes are sent as CREATE
/// and DELETE, never as UPSERT: that would write over what somebody else made in between.
///
/// A record set with an alias target, with a set identifier (a routing policy) or with values that a ``RecordSet`` cannot
/// say is listed with a placeholder, see ``Placeholder``: the name is taken, and no change touches it. So is a name with
/// records of other kinds and no address or alias, and everything at and below a delegation; see ``ZoneListing``.
public struct Route53Provider: DNSProvider {
    /// Names that are asked for one by one; for more of them the whole zone is listed.
    private static let fewNames = 20

    /// The name.
    public let name = "Route 53"
    /// All kinds, in one batch.
    ///
    /// A batch holds 32,000 characters of values. A mark is replaced with at most 480, so this many always fit.
    public let support = DNSSupport(appliesTogether: true, maximumChanges: 60)

    private let api: Route53API
    private let zones: Route53Zones

    /// A provider; `client` has to outlive it, and should follow no redirects, as ``ProviderHTTPClient`` does.
    public init(_ configuration: Configuration, client: HTTPClient) {
        self.api = Route53API(
            configuration: configuration,
            client: ProviderClient(client: client, provider: "Route 53", timeout: configuration.timeout))
        self.zones = Route53Zones(api: self.api, configuredID: configuration.hostedZoneID)
    }

    /// The record sets of a zone; see ``DNSProvider/records(in:at:)``.
    public func records(in zone: DomainName, at names: Set<DomainName>?) async throws -> [RecordSet] {
        try await self.zones.use(zone) { id in
            try await self.listing(of: zone, id: id, at: names).recordSets(at: names)
        }
    }

    /// Makes changes in one batch; see ``DNSProvider/apply(_:to:)``.
    ///
    /// A change that is done already has no receipt: whether an earlier call that made it has reached all servers is
    /// found out by asking them.
    public func apply(_ changes: [RecordChange], to zone: DomainName) async throws -> ChangeReceipt {
        try await self.zones.use(zone) { id in
            let needed = try await self.needed(of: changes, in: zone, id: id)
            guard !needed.isEmpty else { return ChangeReceipt() }
            guard let batch = Route53ChangeBatch(needed) else {
                throw self.api.error(.refused, zone, "takes no batch of so many changes; make them in smaller ones")
            }
            let answer = try await self.api.send(.POST, "hostedzone/\(id)/rrset", body: batch.encoded, about: zone)
            if answer.refusal?.isAboutTheBatch == true {
                return try await self.afterRefusal(answer, of: needed, in: zone, id: id)
            }
            let document = try self.api.document("ChangeResourceRecordSetsResponse", of: answer, zone)
            guard let change = document["ChangeInfo"]?["Id"].flatMap({ Route53ID($0.text) }) else {
                throw self.api.unreadable(answer, zone)
            }
            return ChangeReceipt(id: change.text)
        }
    }

    /// Whether the status of the change is INSYNC: all servers of Route 53 have it.
    public func settled(_ receipt: ChangeReceipt, in zone: DomainName) async throws -> Bool {
        guard let text = receipt.id else { return true }
        guard let id = Route53ID(text) else {
            throw self.api.error(.refused, zone, "'\(text)' is no receipt of its own")
        }
        let answer = try await self.api.send(.GET, "change/\(id.text)", about: zone)
        let document = try self.api.document("GetChangeResponse", of: answer, zone)
        switch document["ChangeInfo"]?["Status"]?.text {
        case "INSYNC": return true
        case "PENDING": return false
        default: throw self.api.unreadable(answer, zone)
        }
    }

    // MARK: Reading

    private func listing(of zone: DomainName, id: Route53ID, at names: Set<DomainName>?) async throws -> ZoneListing {
        var listing = ZoneListing(zone)
        let all = names.map { ZoneListing.withParents($0, in: zone) }
        if let all, all.count <= Self.fewNames {
            for name in all.sorted() { try await self.list(zone, id: id, only: name, into: &listing) }
        } else {
            try await self.list(zone, id: id, into: &listing)
        }
        return listing
    }

    /// Page by page; of one name, or of the whole zone.
    private func list(
        _ zone: DomainName, id: Route53ID, only name: DomainName? = nil, into listing: inout ZoneListing
    ) async throws {
        var start = name.map { Route53Page.Start(name: $0.absolute) }
        while true {
            let answer = try await self.api.send(
                .GET, "hostedzone/\(id)/rrset",
                query: [(name: "maxitems", value: name == nil ? "300" : "20")] + (start?.query ?? []), about: zone)
            let document = try self.api.document("ListResourceRecordSetsResponse", of: answer, zone)
            guard let page = Route53Page(document) else { throw self.api.unreadable(answer, zone) }
            listing.add(page.items.filter { name == nil || $0.name == name })
            guard page.isTruncated else { return }
            // A page that leads nowhere would be asked for again and again.
            guard let next = page.next, next != start else { throw self.api.unreadable(answer, zone) }
            // The list begins with the name that was asked for.
            if let name, Route53Text.name(next.name) != name { return }
            start = next
        }
    }

    // MARK: Changing

    /// The changes that are not done yet.
    private func needed(of changes: [RecordChange], in zone: DomainName, id: Route53ID) async throws -> [RecordChange] {
        let listing = try await self.listing(of: zone, id: id, at: Set(changes.map(\.key.name)))
        var current = listing.sets
        var needed: [RecordChange] = []
        for change in changes {
            let isNeeded = try listing.needs(change, in: current) { self.api.error(.conflict, zone, $0) }
            guard isNeeded else { continue }
            needed.append(change)
            current[change.key] = change.outcome
        }
        if let name = needed.map(\.key.name).first(where: { self.isAliasAndMore($0, in: current) }) {
            throw self.api.error(
                .conflict, zone,
                "\(name) would have a CNAME and other records, which no name may have; it is left alone")
        }
        return needed
    }

    /// Route 53 refuses that too, without saying which name it is about.
    private func isAliasAndMore(_ name: DomainName, in zone: [RecordKey: RecordSet]) -> Bool {
        zone[RecordKey(name, .cname)] != nil
            && RecordType.allCases.contains { $0 != .cname && zone[RecordKey(name, $0)] != nil }
    }

    /// Route 53 found something else than was read before: an answer of ours that was lost, or somebody else.
    private func afterRefusal(
        _ answer: Route53Answer, of changes: [RecordChange], in zone: DomainName, id: Route53ID
    ) async throws -> ChangeReceipt {
        guard try await self.needed(of: changes, in: zone, id: id).isEmpty else {
            throw self.api.error(
                .conflict, zone, "refused the changes, since the zone holds something that they do not allow for",
                answer.raw)
        }
        return ChangeReceipt()
    }
}
