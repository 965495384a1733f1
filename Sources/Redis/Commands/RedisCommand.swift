/// A command in the form in which it is sent: an array of bulk strings (RESP2).
///
/// Arguments carry their length, so no content of theirs can be taken for another argument or command.
public struct RedisCommand: Sendable {
    /// Its name, such as `GET`.
    public let name: String
    let wire: [UInt8]

    /// A command by its name and arguments.
    ///
    /// A subcommand is an argument: `RedisCommand("SCRIPT", "LOAD", source)`.
    public init(_ name: String, _ arguments: RedisArgument...) {
        self.init(name, arguments: arguments)
    }

    /// A command by its name and any number of arguments.
    public init(_ name: String, arguments: [RedisArgument]) {
        var wire: [UInt8] = []
        wire.reserveCapacity(32 + name.utf8.count + arguments.reduce(0) { $0 + $1.sizeHint })
        wire.appendHeader(0x2A, arguments.count + 1)
        wire.appendBulk(name)
        for argument in arguments {
            switch argument {
            case .text(let text): wire.appendBulk(text)
            case .bytes(let bytes):
                wire.appendHeader(0x24, bytes.count)
                wire.append(contentsOf: bytes)
                wire.appendLineEnd()
            case .integer(let number): wire.appendBulk(String(number))
            }
        }
        self.name = name
        self.wire = wire
    }

    /// Whether it would change what the replies of a shared connection mean, or for whom.
    var needsOwnConnection: Bool {
        guard let first = self.name.utf8.first, Self.initials.contains(first | 0x20) else { return false }
        return Self.ownConnection.contains(self.name.uppercased())
    }

    private static let initials = Set(ownConnection.compactMap { $0.utf8.first.map { $0 | 0x20 } })
    private static let ownConnection: Set<String> = [
        "ASKING", "AUTH", "BLMOVE", "BLMPOP", "BLPOP", "BRPOP", "BRPOPLPUSH", "BZMPOP", "BZPOPMAX", "BZPOPMIN",
        "CLIENT", "DISCARD", "EXEC", "HELLO", "MONITOR", "MULTI", "PSUBSCRIBE", "PSYNC", "PUNSUBSCRIBE", "QUIT",
        "RESET", "SELECT", "SSUBSCRIBE", "SUBSCRIBE", "SUNSUBSCRIBE", "SYNC", "UNSUBSCRIBE", "UNWATCH", "WAIT",
        "WATCH",
    ]
}

extension RedisCommand: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The name; arguments may be secrets.
    public var description: String { self.name }
    /// The name; arguments may be secrets.
    public var debugDescription: String { self.name }
    /// The name; arguments may be secrets.
    public var customMirror: Mirror { Mirror(self, children: ["name": self.name]) }
}

extension RedisArgument {
    fileprivate var sizeHint: Int {
        switch self {
        case .text(let text): text.utf8.count + 16
        case .bytes(let bytes): bytes.count + 16
        case .integer: 32
        }
    }
}

extension [UInt8] {
    fileprivate mutating func appendHeader(_ type: UInt8, _ count: Int) {
        self.append(type)
        if count < 10 { self.append(0x30 + UInt8(count)) } else { self.append(contentsOf: String(count).utf8) }
        self.appendLineEnd()
    }

    fileprivate mutating func appendBulk(_ text: String) {
        self.appendHeader(0x24, text.utf8.count)
        self.append(contentsOf: text.utf8)
        self.appendLineEnd()
    }

    fileprivate mutating func appendLineEnd() {
        self.append(0x0D)
        self.append(0x0A)
    }
}
