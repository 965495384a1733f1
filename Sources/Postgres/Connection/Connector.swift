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

    /// Opens a connection, or says why not.
    func connect() -> Result<ServerLink, PostgresError> {
        guard self.isWellFormed else { return .failure(.invalidConfiguration) }
        let parameters = self.parameters
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
        if let problem = self.wait(for: connection) {
            return .failure(problem)
        }
        return .success(link)
    }

    /// libpq quotes what it does not understand, which may be the password.
    private var isWellFormed: Bool {
        var problem: UnsafeMutablePointer<CChar>?
        let options = PQconninfoParse(self.connectionString, &problem)
        PQfreemem(problem)
        guard let options else { return false }
        PQconninfoFree(options)
        return true
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

    private func wait(for connection: OpaquePointer) -> PostgresError? {
        guard PQstatus(connection) != CONNECTION_BAD else { return Self.failure(of: connection) }
        let deadline = ContinuousClock.now + self.timeout
        var next = PGRES_POLLING_WRITING
        while true {
            switch next {
            case PGRES_POLLING_OK: return nil
            case PGRES_POLLING_FAILED: return Self.failure(of: connection)
            default: break
            }
            var waits = [
                pollfd(
                    fd: PQsocket(connection),
                    events: Int16(next == PGRES_POLLING_READING ? POLLIN : POLLOUT), revents: 0),
                pollfd(fd: self.interruption.readDescriptor, events: Int16(POLLIN), revents: 0),
            ]
            let left = deadline - ContinuousClock.now
            let count = poll(&waits, nfds_t(waits.count), left.millisecondsRoundedUp)
            if waits[1].revents != 0 { return .shutDown }
            if count == 0 && left <= .zero { return .connectionFailed("timeout expired", sqlState: nil) }
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
