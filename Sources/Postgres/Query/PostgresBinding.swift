import Foundation

/// One value bound to a placeholder of a statement.
///
/// Values travel in PostgreSQL's text format, so that the server infers the type from the place where the value
/// stands; only `bytea` travels in binary.
public struct PostgresBinding: Sendable {
    enum Value: Sendable {
        case null
        case text(String)
        case bytes([UInt8])
        case invalid(PostgresError)
    }

    let value: Value
    /// The object id of the type, 0 to let the server infer it.
    let type: UInt32

    private init(_ value: Value, type: UInt32) {
        self.value = value
        self.type = type
    }

    /// NULL.
    public static let null = PostgresBinding(.null, type: 0)

    /// A value in the text format of the type that the server infers.
    ///
    /// NUL characters are refused when it is sent.
    public static func text(_ text: String) -> PostgresBinding {
        PostgresBinding(.text(text), type: 0)
    }

    /// A `bytea`.
    public static func bytes(_ bytes: [UInt8]) -> PostgresBinding {
        PostgresBinding(.bytes(bytes), type: PostgresType.bytea)
    }

    /// A value that could not be encoded: the statement fails with this error and is never sent.
    public static func invalid(_ error: PostgresError) -> PostgresBinding {
        PostgresBinding(.invalid(error), type: 0)
    }

    /// Refuses what cannot be sent: libpq ends text at the first NUL, which would silently change the value.
    func validate() throws(PostgresError) {
        switch self.value {
        case .null, .bytes: return
        case .invalid(let error): throw error
        case .text(let text):
            if text.containsNUL { throw .encoding("A text value holds a NUL character.") }
        }
    }
}

extension String {
    var containsNUL: Bool {
        self.utf8.withContiguousStorageIfAvailable { bytes in
            bytes.baseAddress.map { memchr($0, 0, bytes.count) != nil } ?? false
        } ?? self.utf8.contains(0)
    }
}

/// Object ids of built-in types (`pg_type.oid`), which never change.
enum PostgresType {
    static let bool: UInt32 = 16
    static let bytea: UInt32 = 17
}
