import CLibPQ

/// The hosts of a connection string, in its order, each to be tried for itself.
///
/// libpq goes on to the next host when one refuses, but not when one says nothing: its `connect_timeout` counts in calls
/// that block only (manual, section 34.2). And a host that hangs may be the reason why there is more than one.
struct ServerAddresses: Equatable, Sendable {
    /// What replaces the lists of the connection string; nothing where it names none.
    struct Address: Hashable, Sendable {
        var host: String?
        var hostAddress: String?
        var port: String?

        var parameters: [(String, String)] {
            [("host", self.host), ("hostaddr", self.hostAddress), ("port", self.port)].compactMap { name, value in
                value.map { (name, $0) }
            }
        }
    }

    private(set) var all: [Address]
    /// What the session must be like, for each round through the hosts; nil for what the connection string says.
    private(set) var rounds: [String?] = [nil]
    /// How long one host may take, if the connection string says so.
    private(set) var timeout: Duration?

    /// Nil if libpq does not understand the text.
    init?(connectionString: String) {
        guard let options = Self.options(of: connectionString) else { return nil }
        let (hosts, addresses) = (Self.list(options["host"]), Self.list(options["hostaddr"]))
        let ports = Self.list(options["port"])
        let count = max(hosts.count, addresses.count)
        let isWhole = [hosts, addresses, ports].allSatisfy { $0.count <= 1 || ($0.count == count && !$0.contains("")) }
        if count > 1, isWhole, [0, count].contains(hosts.count), [0, count].contains(addresses.count) {
            self.all = (0..<count).map { index in
                Address(
                    host: hosts.isEmpty ? nil : hosts[index], hostAddress: addresses.isEmpty ? nil : addresses[index],
                    port: ports.isEmpty ? nil : ports[ports.count == 1 ? 0 : index])
            }
            if options["load_balance_hosts"] == "random" { self.all.shuffle() }
            if options["target_session_attrs"] == "prefer-standby" { self.rounds = ["standby", "any"] }
        } else {
            // One host, or lists that do not fit, which libpq can explain better.
            self.all = [Address()]
        }
        if let seconds = options["connect_timeout"].flatMap({ Int($0) }), seconds > 0 {
            self.timeout = .seconds(seconds)
        }
    }

    private static func list(_ text: String?) -> [String] {
        guard let text, !text.isEmpty else { return [] }
        return text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }

    private static func options(of text: String) -> [String: String]? {
        var problem: UnsafeMutablePointer<CChar>?
        let parsed = PQconninfoParse(text, &problem)
        // libpq quotes what it does not understand, which may be the password.
        PQfreemem(problem)
        guard let parsed else { return nil }
        defer { PQconninfoFree(parsed) }
        var options: [String: String] = [:]
        var option = parsed
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { options[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        return options
    }
}
