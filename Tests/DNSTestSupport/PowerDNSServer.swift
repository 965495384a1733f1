public import Foundation
public import LocalServers
import Synchronization

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// A PowerDNS authoritative server of a test's own, with an empty zone; gone with the tests, however they end.
///
/// Needs Debian's `pdns-server`, `pdns-backend-sqlite3` and `sqlite3`.
public final class PowerDNSServer: Sendable, LendableServer {
    /// What its API is asked with.
    public static let apiKey = "a-key-for-tests-only"
    /// By name: beside it lie the scripts that bring older databases up to date.
    private static let schema = "/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql"

    /// Where names are asked for, over UDP and TCP, on 127.0.0.1.
    public let port: Int
    /// The HTTP API.
    public let url: URL
    private let folder: URL
    private let process: Mutex<GuardedProcess>

    private init(port: Int, url: URL, folder: URL) throws {
        self.port = port
        self.url = url
        self.folder = folder
        self.process = Mutex(try Self.launch(folder))
    }

    /// Lends a server with zones of these names.
    public static func use<Value>(zones: [String], _ body: (PowerDNSServer) async throws -> Value) async throws -> Value
    {
        try await self.start(zones: zones).lent(to: body)
    }

    /// Stops it in the middle of whatever it does.
    public func pause() async throws { try await self.current.pause() }

    /// Lets it go on.
    public func resume() { self.current.resume() }

    /// Ends it; whoever asks is refused.
    public func stop() async throws {
        self.current.signal("KILL")
        _ = try await self.current.wait()
    }

    /// Starts it anew at the same place, with the zones that it had.
    public func startAgain() async throws {
        let process = try Self.launch(self.folder)
        self.process.withLock { $0 = process }
        try await self.waitUntilReady { self.request("GET", "zones") }
    }

    /// Puts records in the place of those of one kind at a name.
    ///
    /// - Parameters:
    ///   - name: without the final dot.
    ///   - values: as in a zone file: names with the final dot, texts in quotes.
    public func put(
        _ name: String, _ type: String, ttl: Int = 60, values: [String], zone: String
    ) async throws {
        let records = values.map { ["content": $0, "disabled": false] as [String: any Sendable] }
        try await self.patch(
            ["name": "\(name).", "type": type, "ttl": ttl, "changetype": "REPLACE", "records": records], zone)
    }

    /// Removes the records of one kind at a name.
    public func remove(_ name: String, _ type: String, zone: String) async throws {
        try await self.patch(["name": "\(name).", "type": type, "changetype": "DELETE"], zone)
    }

    /// Sets for how many seconds resolvers may remember that a name does not exist.
    ///
    /// - Parameters:
    ///   - minimum: the last field of the SOA record.
    ///   - ttl: the SOA record's own.
    public func setNegativeTTL(minimum: Int, ttl: Int = 3600, zone: String) async throws {
        let start = "ns1.\(zone). hostmaster.\(zone). 1 10800 3600 604800 \(minimum)"
        try await self.put(zone, "SOA", ttl: ttl, values: [start], zone: zone)
    }

    /// What a zone holds, beside what every zone has at its top: values by name and kind, such as `www.example.com A`.
    public func contents(of zone: String) async throws -> [String: [String]] {
        struct Zone: Decodable {
            struct RRSet: Decodable {
                struct Record: Decodable {
                    let content: String
                }

                let name: String
                let type: String
                let records: [Record]
            }

            let rrsets: [RRSet]
        }
        let (body, _) = try await URLSession.shared.data(for: self.request("GET", "zones/\(zone)."))
        let sets = try JSONDecoder().decode(Zone.self, from: body).rrsets.filter { !["SOA", "NS"].contains($0.type) }
        return Dictionary(
            uniqueKeysWithValues: sets.map { set in
                ("\(set.name.dropLast()) \(set.type)", set.records.map(\.content).sorted())
            })
    }

    private func patch(_ set: [String: any Sendable], _ zone: String) async throws {
        let body = try JSONSerialization.data(withJSONObject: ["rrsets": [set]])
        var request = self.request("PATCH", "zones/\(zone).", body: body)
        // Beyond this it hangs, and the test has failed.
        request.timeoutInterval = 30
        let (answer, response) = try await URLSession.shared.data(for: request)
        guard (response as? HTTPURLResponse)?.statusCode == 204 else {
            throw PowerDNSServerError("refused: \(String(decoding: answer, as: UTF8.self))")
        }
    }

    private var current: GuardedProcess { self.process.withLock { $0 } }

    private func request(_ method: String, _ path: String, body: Data? = nil) -> URLRequest {
        var request = URLRequest(url: self.url.appending(path: "api/v1/servers/localhost/\(path)"))
        request.httpMethod = method
        request.httpBody = body
        request.setValue(Self.apiKey, forHTTPHeaderField: "X-API-Key")
        return request
    }

    private static func start(zones: [String]) async throws -> PowerDNSServer {
        let folder = FileManager.default.temporaryDirectory.appending(path: "bulkhead-pdns-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let (port, web) = (try FreePort.reserve(), try FreePort.reserve())
        try Self.configuration(folder, port: port, web: web)
            .write(to: folder.appending(path: "pdns.conf"), atomically: true, encoding: .utf8)
        try await Self.makeDatabase(folder)
        guard let url = URL(string: "http://127.0.0.1:\(web)") else { throw PowerDNSServerError("no address") }
        let server = try PowerDNSServer(port: port, url: url, folder: folder)
        for zone in zones {
            let body = #"{"name":"\#(zone).","kind":"Native","nameservers":["ns1.\#(zone)."]}"#
            try await server.waitUntilReady { server.request("POST", "zones", body: Data(body.utf8)) }
        }
        return server
    }

    private static func launch(_ folder: URL) throws -> GuardedProcess {
        try GuardedProcess(
            ["/usr/sbin/pdns_server", "--config-dir=\(folder.path)"], user: nil, log: Self.log(folder),
            lastSignal: "KILL", removing: [folder])
    }

    private static func log(_ folder: URL) -> URL { folder.appending(path: "server.log") }

    /// The database does not wait for the disk, nor readers for writers: on a busy disk answers would be late, or none.
    private static func configuration(_ folder: URL, port: Int, web: Int) -> String {
        """
        launch=gsqlite3
        gsqlite3-database=\(folder.path)/pdns.sqlite3
        gsqlite3-pragma-synchronous=0
        gsqlite3-pragma-journal-mode=WAL
        local-address=127.0.0.1
        local-port=\(port)
        socket-dir=\(folder.path)
        api=yes
        api-key=\(Self.apiKey)
        webserver=yes
        webserver-address=127.0.0.1
        webserver-port=\(web)
        webserver-allow-from=127.0.0.1
        daemon=no
        guardian=no
        setuid=
        setgid=
        cache-ttl=0
        query-cache-ttl=0
        negquery-cache-ttl=0
        zone-cache-refresh-interval=0

        """
    }

    private static func makeDatabase(_ folder: URL) async throws {
        let sqlite = Process()
        sqlite.executableURL = URL(fileURLWithPath: "/usr/bin/sqlite3")
        sqlite.arguments = [folder.appending(path: "pdns.sqlite3").path, ".read \(Self.schema)"]
        try sqlite.run()
        sqlite.waitUntilExit()
        guard sqlite.terminationStatus == 0 else {
            throw PowerDNSServerError("no database; apt-get install pdns-server pdns-backend-sqlite3 sqlite3")
        }
    }

    /// Asks until the server does as it was asked.
    private func waitUntilReady(_ request: () -> URLRequest) async throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while true {
            // Refused until it listens.
            if let (_, response) = try? await URLSession.shared.data(for: request()),
                let status = (response as? HTTPURLResponse)?.statusCode, (200...299).contains(status)
            {
                return
            }
            guard ContinuousClock.now < deadline, self.current.status == nil else {
                let log = try String(contentsOf: Self.log(self.folder), encoding: .utf8)
                throw PowerDNSServerError("not ready: \(log)")
            }
            // Nothing tells when a server of another program listens: ask again.
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}

/// Why there is no server.
public struct PowerDNSServerError: Error, CustomStringConvertible {
    /// What happened.
    public let description: String

    init(_ description: String) { self.description = description }
}
