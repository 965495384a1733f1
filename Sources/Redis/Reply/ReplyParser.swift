import CHiredis

/// hiredis' reader: bytes in, replies out.
///
/// Belongs to one connection and its thread. After an error nothing more can be read.
final class ReplyParser {
    private let reader: UnsafeMutablePointer<redisReader>
    private let functions: UnsafeMutablePointer<redisReplyObjectFunctions>
    private let builder: ReplyBuilder
    private let limit: Int
    /// The reader moves what is left of its buffer after every kilobyte, so it is given little at a time.
    private static let portion = 8192

    /// - Throws: ``RedisError`` if there is no memory.
    init(limit: Int) throws(RedisError) {
        let functions = UnsafeMutablePointer<redisReplyObjectFunctions>.allocate(capacity: 1)
        functions.initialize(to: Self.objectFunctions())
        guard let reader = redisReaderCreateWithFunctions(functions) else {
            functions.deallocate()
            throw .protocolViolation("There is no memory for a reader of replies.")
        }
        self.reader = reader
        self.functions = functions
        self.limit = limit
        self.builder = ReplyBuilder(limit: limit)
        // Not retained: the builder lives as long as the reader.
        reader.pointee.privdata = Unmanaged.passUnretained(self.builder).toOpaque()
    }

    deinit {
        redisReaderFree(self.reader)
        self.functions.deallocate()
    }

    /// Whether a reply has begun and not ended.
    var isInsideReply: Bool {
        self.reader.pointee.ridx > 0 || self.reader.pointee.pos < self.reader.pointee.len
    }

    /// Reads bytes and hands over each reply that becomes complete.
    ///
    /// - Throws: ``RedisError`` with code `protocolViolation` or `replyTooLarge`.
    func read(_ bytes: UnsafeRawBufferPointer, _ reply: (RedisValue) throws(RedisError) -> Void) throws(RedisError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let portion = UnsafeRawBufferPointer(rebasing: rest.prefix(Self.portion))
            rest = rest.dropFirst(portion.count)
            let base = portion.assumingMemoryBound(to: CChar.self).baseAddress
            guard redisReaderFeed(self.reader, base, portion.count) == REDIS_OK else { throw self.failure }
            while let value = try self.next() { try reply(value) }
            if self.reader.pointee.len - self.reader.pointee.pos > self.limit + 64 {
                throw .replyTooLarge(limit: self.limit)
            }
        }
    }

    private func next() throws(RedisError) -> RedisValue? {
        var object: UnsafeMutableRawPointer?
        guard redisReaderGetReply(self.reader, &object) == REDIS_OK else { throw self.failure }
        return object == nil ? nil : self.builder.take()
    }

    /// The reader's own words may repeat what was sent, so they are not used.
    private var failure: RedisError {
        if self.builder.isTooLarge { return .replyTooLarge(limit: self.limit) }
        return .protocolViolation("Redis sent something that is no reply.")
    }

    /// What the reader calls; nil tells it to stop with an error.
    private static func objectFunctions() -> redisReplyObjectFunctions {
        var functions = redisReplyObjectFunctions()
        functions.createString = { task, bytes, count in
            guard let task, let builder = task.builder else { return nil }
            let bytes = UnsafeRawBufferPointer(start: bytes, count: Int(count))
            return builder.add(task.string(bytes), size: bytes.count) ? .anyObject : nil
        }
        functions.createArray = { task, count in
            task?.builder?.open(Int(count)) == true ? .anyObject : nil
        }
        functions.createInteger = { task, number in
            task?.builder?.add(.integer(Int64(number)), size: 0) == true ? .anyObject : nil
        }
        functions.createNil = { task in
            task?.builder?.add(.null, size: 0) == true ? .anyObject : nil
        }
        functions.freeObject = { _ in }
        return functions
    }
}

extension UnsafePointer<redisReadTask> {
    fileprivate var builder: ReplyBuilder? {
        self.pointee.privdata.map { Unmanaged<ReplyBuilder>.fromOpaque($0).takeUnretainedValue() }
    }

    fileprivate func string(_ bytes: UnsafeRawBufferPointer) -> RedisValue {
        switch self.pointee.type {
        case REDIS_REPLY_STATUS: .status(String(decoding: bytes, as: UTF8.self))
        case REDIS_REPLY_ERROR: .error(RedisServerError(line: String(decoding: bytes.prefix(512), as: UTF8.self)))
        default: .bytes(Array(bytes))
        }
    }
}

extension UnsafeMutableRawPointer {
    /// Something that is not null: the reader only carries it around.
    fileprivate static var anyObject: UnsafeMutableRawPointer? { UnsafeMutableRawPointer(bitPattern: 1) }
}
