import DNS
import Foundation
import NIOHTTP1
import Synchronization

/// Cloudflare's API as far as records go, from its published description and as strict.
///
/// One zone, one token, single values with ids, numbered errors.
final class CloudflareServer: Sendable {
    /// The only one that is accepted.
    static let token = "a-token-for-tests-only"
    static let zoneID = "0123456789abcdef0123456789abcdef"

    /// A stored record.
    struct Record: Codable, Sendable, Hashable {
        var id: String
        var name: String
        var type: String
        var content: String
        var ttl: Int
        var proxied: Bool?
        var comment: String?
    }

    let zone: String
    /// More than these a page never has, whatever is asked for.
    let largestPage: Int
    /// Whether texts are handed out in quotes; older zones have them without.
    let quotesTexts: Bool
    private let state = Mutex(State())

    private struct State {
        var records = CloudflareRecords()
        var zones = 1
        var writes = 0
        var answers: [TestHTTPServer.Reply] = []
        var beforeWrite: [(inout CloudflareRecords) -> Void] = []
        var betweenPages: [(inout CloudflareRecords) -> Void] = []
    }

    private init(zone: String, largestPage: Int, quotesTexts: Bool) {
        self.zone = zone
        self.largestPage = largestPage
        self.quotesTexts = quotesTexts
    }

    /// Lends a server and its address.
    static func use<Value: Sendable>(
        zone: String, largestPage: Int = 100, quotesTexts: Bool = true,
        _ body: @Sendable (CloudflareServer, URL) async throws -> Value
    ) async throws -> Value {
        let server = CloudflareServer(zone: zone, largestPage: largestPage, quotesTexts: quotesTexts)
        return try await TestHTTPServer.use(handler: { server.reply(to: $0) }) { url in
            try await body(server, url.appending(path: "client/v4"))
        }
    }

    // MARK: For tests

    /// What is stored.
    var records: [Record] { self.state.withLock { $0.records.all } }
    /// How many batches were carried out.
    var writes: Int { self.state.withLock { $0.writes } }

    /// Changes what is stored, as somebody else.
    func edit(_ change: (inout CloudflareRecords) -> Void) { self.state.withLock { change(&$0.records) } }

    /// As somebody else, after the next change was asked for and before it is made.
    func editBeforeNextWrite(_ change: @escaping @Sendable (inout CloudflareRecords) -> Void) {
        self.state.withLock { $0.beforeWrite.append(change) }
    }

    /// As somebody else, after the next first page was listed.
    func editAfterNextPage(_ change: @escaping @Sendable (inout CloudflareRecords) -> Void) {
        self.state.withLock { $0.betweenPages.append(change) }
    }

    /// Answers the next request that is not about the zone's id with this.
    func answerNext(_ status: Int, _ body: String, headers: [String: String] = [:]) {
        self.state.withLock {
            $0.answers.append(.answer(status: status, headers: headers, body: Data(body.utf8)))
        }
    }

    /// How many accounts have a zone of this name.
    func haveZones(_ count: Int) { self.state.withLock { $0.zones = count } }

    // MARK: Requests

    private func reply(to request: TestHTTPServer.Request) -> TestHTTPServer.Reply {
        if let refusal = Self.refusal(of: request.headers) { return refusal }
        guard let parts = URLComponents(string: request.target) else { return .error(400, 7000, "No route") }
        let path = parts.path.split(separator: "/").dropFirst(2).map(String.init)
        let query = Dictionary(
            (parts.queryItems ?? []).map { ($0.name, $0.value ?? "") }, uniquingKeysWith: { first, _ in first })
        if path == ["zones"] { return self.zones(named: query["name"] ?? "") }
        if let prepared = self.state.withLock({ $0.answers.isEmpty ? nil : $0.answers.removeFirst() }) {
            return prepared
        }
        guard path.count >= 2, path[0] == "zones", path[1] == Self.zoneID else {
            return .error(404, 7003, "Could not route to the zone, perhaps your object identifier is invalid?")
        }
        switch (request.method, Array(path.dropFirst(2))) {
        case (.GET, []): return .result(["id": Self.zoneID, "name": self.zone, "status": "active"])
        case (.GET, ["dns_records"]): return self.list(query)
        case (.POST, ["dns_records", "batch"]): return self.change(request.body)
        default: return .error(405, 7001, "Method not allowed for that URI")
        }
    }

    private static func refusal(of headers: HTTPHeaders) -> TestHTTPServer.Reply? {
        guard let field = headers.first(name: "authorization") else {
            return .error(400, 9106, "Missing X-Auth-Key, X-Auth-Email or Authorization headers")
        }
        guard field.hasPrefix("Bearer "), field.count > 15 else {
            return .error(400, 6003, "Invalid request headers")
        }
        return field == "Bearer \(Self.token)" ? nil : .error(403, 10000, "Authentication error")
    }

    private func zones(named name: String) -> TestHTTPServer.Reply {
        let count = name == self.zone ? self.state.withLock { $0.zones } : 0
        let zones = (0..<count).map { number in
            ["id": number == 0 ? Self.zoneID : "other-\(number)", "name": name, "status": "active"]
        }
        return .result(zones, pages: (page: 1, of: 1, count: zones.count))
    }

    private func list(_ query: [String: String]) -> TestHTTPServer.Reply {
        guard let page = Int(query["page"] ?? "1"), page > 0, let wanted = Int(query["per_page"] ?? "100"), wanted > 0
        else { return .error(400, 9020, "Invalid page") }
        return self.state.withLock { state in
            var records = state.records.all
            if let name = query["name.exact"] { records.removeAll { $0.name != name } }
            let size = min(wanted, self.largestPage)
            let pages = (records.count + size - 1) / size
            let shown = records.dropFirst((page - 1) * size).prefix(size).map { record in
                self.quotesTexts ? record : record.unquoted
            }
            if page == 1, !state.betweenPages.isEmpty { state.betweenPages.removeFirst()(&state.records) }
            return .result(Array(shown), pages: (page: page, of: pages, count: records.count))
        }
    }

    private func change(_ body: Data) -> TestHTTPServer.Reply {
        guard let batch = CloudflareRecords.Batch(body) else { return .error(400, 9207, "Request body is invalid.") }
        return self.state.withLock { state in
            if !state.beforeWrite.isEmpty { state.beforeWrite.removeFirst()(&state.records) }
            do throws(CloudflareRecords.Problem) {
                try state.records.apply(batch, zone: self.zone)
            } catch {
                return .error(400, error.code, error.message)
            }
            state.writes += 1
            return .result(["posts": [String]()])
        }
    }
}

extension CloudflareServer.Record {
    fileprivate var unquoted: Self {
        var record = self
        if self.type == "TXT", self.content.hasPrefix("\""), self.content.hasSuffix("\"") {
            record.content = String(self.content.dropFirst().dropLast())
                .replacing("\\\"", with: "\"").replacing("\\\\", with: "\\")
        }
        return record
    }
}

extension TestHTTPServer.Reply {
    /// An error as the API gives it.
    fileprivate static func error(_ status: Int, _ code: Int, _ message: String) -> Self {
        let text =
            #"{"success":false,"errors":[{"code":\#(code),"message":"\#(message)"}],"messages":[],"result":null}"#
        return .answer(status: status, headers: ["content-type": "application/json"], body: Data(text.utf8))
    }

    fileprivate static func result(_ value: some Encodable, pages: (page: Int, of: Int, count: Int)? = nil) -> Self {
        let info = pages.map {
            #","result_info":{"page":\#($0.page),"total_pages":\#($0.of),"total_count":\#($0.count)}"#
        }
        let head = Data(#"{"success":true,"errors":[],"messages":[],"result":"#.utf8)
        do {
            let body = try head + JSONEncoder().encode(value) + Data("\(info ?? "")}".utf8)
            return .answer(status: 200, headers: ["content-type": "application/json"], body: body)
        } catch {
            return .error(500, 1, "not encoded")
        }
    }
}
