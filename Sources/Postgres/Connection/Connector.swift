import CLibPQ
import Foundation

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Opens connections: names, TLS, several hosts, passwords.
///
/// Blocks, so it runs on a thread of its own.
struct Connector: Sendable {
    let connectionString: String
    let applicationName: String?
    let timeout: Duration
    /// Ends an attempt early when the client shuts down.
    let interruption: WakeUp

    /// The hosts that did not answer lately.
    let silentHosts: SilentHosts

    /// Opens a connection to the first host that gives one, or says why none does.
    func connect() -> Result<ServerLink, PostgresError> {
        guard let addresses = ServerAddresses(connectionString: self.connectionString) else {
            return .failure(.invalidConfiguration)
        }
        var failures: [PostgresError] = []
        for attributes in addresses.rounds {
            for address in self.silentHosts.ordered(addresses.all, .now) {
                switch self.connect(to: address, attributes, timeout: addresses.timeout ?? self.timeout) {
                case .success(let link): return .success(link)
                case .failure(let error):
                    failures.append(error)
                    // As libpq has it: who is refused for what it is, will be refused by the next host too.
                    if error.isDefinite || error.code == .shutDown { return .failure(error) }
                }
            }
        }
        guard failures.count > 1, let last = failures.last else {
            return .failure(failures.last ?? .connectionFailed("no host", sqlState: nil))
        }
        let details = failures.compactMap(\.internalDetail).joined(separator: "; ")
        return .failure(.connectionFailed(details, sqlState: last.sqlState))
    }

    private func connect(
        to address: ServerAddresses.Address, _ attributes: String?, timeout: Duration
    ) -> Result<ServerLink, PostgresError> {
        let parameters =
            self.parameters + address.parameters + (attributes.map { [("target_session_attrs", $0)] } ?? [])
        let opened = Self.withCStrings(parameters.map(\.0)) { keywords in
            Self.withCStrings(parameters.map(\.1)) { values in PQconnectStartParams(keywords, values, 1) }
        }
        guard let connection = opened else {
            return .failure(.connectionFailed("out of memory", sqlState: nil))
        }
        let link = ServerLink(connection)
        // So that the message of a refusal carries its condition code, in whatever language it is.
        PQsetErrorVerbosity(connection, PQERRORS_VERBOSE)
        bulkhead_drop_notices(connection)
        switch self.wait(for: connection, until: .now + timeout) {
        case .open:
            self.silentHosts.answered(address)
            return .success(link)
        case .failed(let error): return .failure(error)
        case .silent:
            self.silentHosts.saidNothing(address, .now)
            return .failure(.connectionFailed("timeout expired", sqlState: nil))
        }
    }

    private var parameters: [(String, String)] {
        var parameters = [
            ("keepalives_idle", "30"), ("keepalives_interval", "10"), ("keepalives_count", "3"),
            ("tcp_user_timeout", "30000"),
            ("fallback_application_name", self.applicationName ?? "bulkhead"),
            // Later ones win, so the defaults above can be changed by the connection string, and what follows cannot.
            ("dbname", self.connectionString), ("client_encoding", "UTF8"),
        ]
        if let name = self.applicationName { parameters.append(("application_name", name)) }
        return parameters
    }

    private enum Outcome {
        case open
        case failed(PostgresError)
        case silent
    }

    private func wait(for connection: OpaquePointer, until deadline: ContinuousClock.Instant) -> Outcome {
        guard PQstatus(connection) != CONNECTION_BAD else { return .failed(Self.failure(of: connection)) }
        var next = PGRES_POLLING_WRITING
        while true {
            switch next {
            case PGRES_POLLING_OK: return .open
            case PGRES_POLLING_FAILED: return .failed(Self.failure(of: connection))
            default: break
            }
            var waits = [
                pollfd(
                    fd: PQsocket(connection),
                    events: Int16(next == PGRES_POLLING_READING ? POLLIN : POLLOUT), revents: 0),
                pollfd(fd: self.interruption.readDescriptor, events: Int16(POLLIN), revents: 0),
            ]
            let left = deadline - ContinuousClock.now
            guard left > .zero else { return .silent }
            let count = poll(&waits, nfds_t(waits.count), left.millisecondsRoundedUp)
            if waits[1].revents != 0 { return .failed(.shutDown) }
            if count > 0 { next = PQconnectPoll(connection) }
        }
    }

    private static func failure(of connection: OpaquePointer) -> PostgresError {
        let text = PQerrorMessage(connection).map { String(cString: $0) } ?? ""
        return .connectionFailed(text, sqlState: self.sqlState(in: text))
    }

    /// The condition code in `FATAL:  28P01: password authentication failed`; the last one, for several hosts.
    static func sqlState(in message: String) -> SQLState? {
        let words = message.split(whereSeparator: { $0 == " " || $0 == "\n" })
        let code = words.last { word in
            word.utf8.count == 6 && word.hasSuffix(":")
                && word.dropLast().utf8.allSatisfy { (48...57).contains($0) || (65...90).contains($0) }
                && word.utf8.contains { (48...57).contains($0) }
        }
        return code.map { SQLState(rawValue: String($0.dropLast())) }
    }

    private static func withCStrings<Value>(
        _ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Value
    ) -> Value {
        let copies = strings.map { strdup($0) }
        defer { copies.forEach { free($0) } }
        let pointers = copies.map { UnsafePointer($0) } + [nil]
        return pointers.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { preconditionFailure("the list ends with a null pointer") }
            return body(base)
        }
    }
}
