/// A value that can be bound to a placeholder.
public protocol PostgresEncodable: Sendable {
    /// The value as it is sent. A value that cannot be encoded returns ``PostgresBinding/invalid(_:)``.
    var postgresBinding: PostgresBinding { get }
}

/// A value that can be read from a cell of a result.
public protocol PostgresDecodable: Sendable {
    /// What a column must hold, for error messages: `integer`, `timestamptz`, ...
    static var postgresTypeName: String { get }
    /// Reads the bytes of the text format; nil if they are not of this type.
    static func decode(postgresText bytes: UnsafeBufferPointer<UInt8>) -> Self?
    /// What NULL becomes; nil (the default) makes NULL an error.
    static var postgresNull: Self? { get }
}

extension PostgresDecodable {
    /// NULL is an error.
    @inlinable public static var postgresNull: Self? { nil }
}

extension PostgresBinding: PostgresEncodable {
    /// Itself.
    public var postgresBinding: PostgresBinding { self }
}

extension Optional: PostgresEncodable where Wrapped: PostgresEncodable {
    /// The value, or NULL.
    public var postgresBinding: PostgresBinding { self?.postgresBinding ?? .null }
}

extension Optional: PostgresDecodable where Wrapped: PostgresDecodable {
    /// That of the value, "or NULL".
    public static var postgresTypeName: String { Wrapped.postgresTypeName + " or NULL" }
    /// Reads the value.
    @inlinable
    public static func decode(postgresText bytes: UnsafeBufferPointer<UInt8>) -> Self? {
        Wrapped.decode(postgresText: bytes).map { .some($0) }
    }
    /// NULL is nil.
    @inlinable public static var postgresNull: Self? { .some(.none) }
}

/// An enum with a text value is stored as that text.
extension PostgresEncodable where Self: RawRepresentable, RawValue: PostgresEncodable {
    /// That of the raw value.
    public var postgresBinding: PostgresBinding { self.rawValue.postgresBinding }
}

extension PostgresDecodable where Self: RawRepresentable, RawValue: PostgresDecodable {
    /// That of the raw value.
    public static var postgresTypeName: String { RawValue.postgresTypeName }
    /// Reads the raw value.
    public static func decode(postgresText bytes: UnsafeBufferPointer<UInt8>) -> Self? {
        RawValue.decode(postgresText: bytes).flatMap(Self.init(rawValue:))
    }
}
