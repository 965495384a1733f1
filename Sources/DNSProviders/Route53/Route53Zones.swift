import DNS
import Foundation
import NIOHTTP1
import Synchronization

/// Finds the ids of zones, and remembers them for a while.
///
/// An id that is no more is looked up anew, and a second zone of the same name is noticed before long.
final class Route53Zones: Sendable {
    private struct Found {
        let id: Route53ID
        let moment: ContinuousClock.Instant
    }

    private static let memory = Duration.seconds(300)

    private let api: Route53API
    private let configuredID: String?
    private let found = Mutex<[DomainName: Found]>([:])

    init(api: Route53API, configuredID: String?) {
        self.api = api
        self.configuredID = configuredID
    }

    /// Lends the id of a zone; once more with a new one if that which was remembered is no more.
    func use<Value>(_ zone: DomainName, _ body: (Route53ID) async throws -> Value) async throws -> Value {
        guard let known = self.remembered(zone) else { return try await body(try await self.find(zone)) }
        do {
            return try await body(known)
        } catch let error as DNSProviderError where error.kind == .unknownZone {
            self.found.withLock { $0[zone] = nil }
        }
        return try await body(try await self.find(zone))
    }

    private func remembered(_ zone: DomainName) -> Route53ID? {
        self.found.withLock { found in
            guard let entry = found[zone], ContinuousClock.now - entry.moment < Self.memory else { return nil }
            return entry.id
        }
    }

    private func find(_ zone: DomainName) async throws -> Route53ID {
        let id =
            if let text = self.configuredID { try await self.check(text, zone) } else { try await self.search(zone) }
        self.found.withLock { $0[zone] = Found(id: id, moment: .now) }
        return id
    }

    /// A configured id is of that zone: otherwise another would be changed in its place.
    private func check(_ text: String, _ zone: DomainName) async throws -> Route53ID {
        guard let id = Route53ID(text) else { throw self.api.error(.refused, zone, "'\(text)' is no id of a zone") }
        let answer = try await self.api.send(.GET, "hostedzone/\(id)", about: zone)
        let document = try self.api.document("GetHostedZoneResponse", of: answer, zone)
        guard let item = document["HostedZone"].flatMap({ Route53Zone($0) }) else {
            throw self.api.unreadable(answer, zone)
        }
        guard item.name == zone else {
            throw self.api.error(.unknownZone, zone, "has another zone under the id \(id)", answer.raw)
        }
        guard !item.isPrivate else {
            throw self.api.error(.refused, zone, "the zone \(id) is private; no tenant could resolve a name of it")
        }
        return item.id
    }

    private func search(_ zone: DomainName) async throws -> Route53ID {
        let ids = try await self.list(zone)
        guard let id = ids.first else {
            throw self.api.error(.unknownZone, zone, "has no such zone; create it there first")
        }
        guard ids.count == 1 else {
            throw self.api.error(
                .refused, zone,
                "has \(ids.count) public zones of this name (\(ids.map(\.text).joined(separator: ", "))); "
                    + "configure the id of the one that the registrar points to")
        }
        return id
    }

    /// The public zones of this name; the list is in the order of the names, and begins with this one.
    private func list(_ zone: DomainName) async throws -> [Route53ID] {
        var ids: [Route53ID] = []
        var after: Route53ID?
        while true {
            let answer = try await self.api.send(
                .GET, "hostedzonesbyname",
                query: [(name: "dnsname", value: zone.absolute), (name: "maxitems", value: "100")]
                    + (after.map { [(name: "hostedzoneid", value: $0.text)] } ?? []), about: zone)
            let document = try self.api.document("ListHostedZonesByNameResponse", of: answer, zone)
            guard let items = document["HostedZones"]?.all("HostedZone").map({ Route53Zone($0) }) else {
                throw self.api.unreadable(answer, zone)
            }
            for case let item? in items where item.name == zone && !item.isPrivate { ids.append(item.id) }
            guard document["IsTruncated"]?.text == "true",
                let name = document["NextDNSName"]?.text, Route53Text.name(name) == zone
            else { return ids }
            guard let next = document["NextHostedZoneId"].flatMap({ Route53ID($0.text) }), next != after else {
                throw self.api.unreadable(answer, zone)
            }
            after = next
        }
    }
}

/// A zone in an answer.
struct Route53Zone: Sendable {
    let id: Route53ID
    /// nil for a name that no zone of ours can have.
    let name: DomainName?
    let isPrivate: Bool

    init?(_ element: XMLTree) {
        guard let id = element["Id"].flatMap({ Route53ID($0.text) }), let name = element["Name"]?.text else {
            return nil
        }
        self.id = id
        self.name = Route53Text.name(name)
        self.isPrivate = element["Config"]?["PrivateZone"]?.text.lowercased() == "true"
    }
}
