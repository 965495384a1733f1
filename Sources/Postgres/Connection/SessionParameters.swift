import CLibPQ
import Foundation

/// The settings of a session that the server reports, as they were when it began.
///
/// The server reports changes just before ReadyForQuery, so a setting made for one transaction is never seen here: what
/// differs between two batches was left behind.
struct SessionParameters {
    /// Those that change what statements mean or may do.
    ///
    /// Reported since PostgreSQL 14.
    private static let names: [StaticString] = [
        "client_encoding", "DateStyle", "default_transaction_read_only", "IntervalStyle", "is_superuser",
        "session_authorization", "standard_conforming_strings", "TimeZone",
    ]

    private let values: [[CChar]?]

    init(of connection: OpaquePointer) {
        self.values = Self.names.map { name in
            Self.value(name, connection).map { Array(UnsafeBufferPointer(start: $0, count: strlen($0) + 1)) }
        }
    }

    func hasChanged(on connection: OpaquePointer) -> Bool {
        for (index, name) in Self.names.enumerated() {
            switch (Self.value(name, connection), self.values[index]) {
            case (nil, nil): continue
            case (let now?, let before?):
                if strcmp(now, before) != 0 { return true }
            default: return true
            }
        }
        return false
    }

    private static func value(_ name: StaticString, _ connection: OpaquePointer) -> UnsafePointer<CChar>? {
        name.withUTF8Buffer { buffer in
            buffer.withMemoryRebound(to: CChar.self) { PQparameterStatus(connection, $0.baseAddress) }
        }
    }
}
