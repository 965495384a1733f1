import AsyncHTTPClient
import DNS
import Foundation
import NIOCore
import NIOHTTP1

/// The calls of the API, with errors by number turned into ours.
struct CloudflareAPI: Sendable {
    /// More records than most zones have: what is on one page cannot change in between.
    static let pageSize = 5000
    /// How often a list is begun anew that changes while it is read.
    private static let listingAttempts = 3

    let configuration: CloudflareProvider.Configuration
    let client: ProviderClient

    // MARK: Calls

    /// The id of a zone.
    ///
    /// It is asked for each time: a zone that was removed and added again has another.
    func zoneID(of zone: DomainName) async throws -> String {
        if let id = self.configuration.zoneID {
            let found: CloudflareResult<CloudflareZone> = try await self.call(.GET, ["zones", id], about: zone)
            guard DomainName(found.result.name) == zone else {
                throw self.error(.unknownZone, zone, "the zone with the id in cloudflare.zoneID has another name")
            }
            return id
        }
        let query = [URLQueryItem(name: "name", value: zone.description)]
        let listed: CloudflareResult<[CloudflareZone]> = try await self.call(.GET, ["zones"], query, about: zone)
        var found = listed.result.filter { DomainName($0.name) == zone }
        if found.count > 1 { found.removeAll { $0.status != "active" } }
        guard let only = found.first, found.count == 1 else {
            let reason =
                listed.result.isEmpty
                ? "the token sees no such zone; add it there, or give the token Zone Read on it"
                : "the token sees several zones of that name; set cloudflare.zoneID"
            throw self.error(.unknownZone, zone, reason)
        }
        return only.id
    }

    /// The records of a zone, all pages of them; those at one name, if there is one.
    func records(at name: DomainName? = nil, in zone: DomainName, id: String) async throws -> [CloudflareRecord] {
        for _ in 0..<Self.listingAttempts {
            if let records = try await self.wholeList(at: name, in: zone, id: id) { return records }
        }
        throw self.error(.unavailable, zone, "its records changed each time while they were listed")
    }

    /// Makes changes together or not at all.
    func send(_ batch: CloudflareBatch, to zone: DomainName, id: String) async throws {
        let _: CloudflareResult<CloudflareAnything> = try await self.call(
            .POST, ["zones", id, "dns_records", "batch"], body: try batch.encoded, about: zone)
    }

    /// - Returns: nil if something came or went between two pages, so that records may be missing.
    private func wholeList(
        at name: DomainName?, in zone: DomainName, id: String
    ) async throws -> [CloudflareRecord]? {
        var records: [CloudflareRecord] = []
        var (page, pages) = (1, 1)
        var counts: Set<Int> = []
        while page <= pages {
            var query = [
                URLQueryItem(name: "per_page", value: "\(Self.pageSize)"), URLQueryItem(name: "page", value: "\(page)"),
            ]
            if let name { query.append(URLQueryItem(name: "name.exact", value: name.description)) }
            let answer: CloudflareResult<[CloudflareRecord]> = try await self.call(
                .GET, ["zones", id, "dns_records"], query, about: zone)
            guard let info = answer.pages else {
                throw self.error(.unreadable, zone, "its list of records does not say how long it is")
            }
            records += answer.result
            (page, pages) = (page + 1, info.totalPages)
            counts.insert(info.totalCount)
        }
        return counts == [records.count] && Set(records.map(\.id)).count == records.count ? records : nil
    }

    // MARK: Answers

    private func call<Value>(
        _ method: HTTPMethod, _ path: [String], _ query: [URLQueryItem] = [], body: Data? = nil,
        about zone: DomainName
    ) async throws -> CloudflareResult<Value> {
        var url = path.reduce(self.configuration.endpoint) { $0.appending(component: $1) }
        if !query.isEmpty { url.append(queryItems: query) }
        var request = HTTPClientRequest(url: url.absoluteString)
        request.method = method
        request.headers.add(name: "authorization", value: "Bearer \(self.configuration.apiToken)")
        request.headers.add(name: "accept", value: "application/json")
        if let body {
            request.headers.add(name: "content-type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: body))
        }
        let answer = try await self.client.send(request, about: zone)
        guard answer.status == 200, CloudflareVerdict(answer.body)?.success == true else {
            throw self.error(answer, zone)
        }
        do {
            return try JSONDecoder().decode(CloudflareResult<Value>.self, from: answer.body)
        } catch {
            throw self.error(.unreadable, zone, "its answer was not understood", answer)
        }
    }

    /// By number first: one status may mean many things, and 200 an error.
    private func error(_ answer: ProviderAnswer, _ zone: DomainName) -> DNSProviderError {
        let verdict = CloudflareVerdict(answer.body)
        if answer.status < 500, answer.status != 429, let meaning = verdict?.meaning {
            return self.error(meaning.kind, zone, meaning.reason, answer)
        }
        if let common = self.client.commonError(answer, about: zone) {
            return self.error(common.kind, zone, common.reason, answer)
        }
        switch (answer.status, verdict?.success) {
        case (404, false): return self.error(.unknownZone, zone, "has no such zone", answer)
        case (200..<500, false): return self.error(.refused, zone, "refused the request", answer)
        default: return self.error(.unreadable, zone, "gave an answer that was not understood", answer)
        }
    }

    func error(
        _ kind: DNSProviderError.Kind, _ zone: DomainName, _ reason: String, _ answer: ProviderAnswer? = nil
    ) -> DNSProviderError {
        // Whatever somebody in between writes into an answer: not the token.
        let token = self.configuration.apiToken
        let detail = answer.map { token.isEmpty ? $0.excerpt : $0.excerpt.replacing(token, with: "(the token)") }
        return DNSProviderError(
            kind, provider: self.client.provider, zone: zone, reason: reason, retryAfter: answer?.retryAfter(),
            detail: detail)
    }
}
