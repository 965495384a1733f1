import CCAres

/// Reads an answer from front to back with the functions of c-ares; nil wherever the bytes are none.
///
/// Its parsers for whole answers follow aliases and give no times to live for most kinds, so records are taken one by
/// one, as its own tools do.
struct MessageReader {
    private let message: UnsafeBufferPointer<UInt8>
    private var offset = 0

    private init(_ message: UnsafeBufferPointer<UInt8>) { self.message = message }

    /// Reads a whole answer.
    static func read(_ bytes: [UInt8]) -> DNSMessage? {
        bytes.withUnsafeBufferPointer { buffer in
            var reader = MessageReader(buffer)
            return reader.readMessage()
        }
    }

    private mutating func readMessage() -> DNSMessage? {
        guard let header = self.take(bulkhead_ares_header_size) else { return nil }
        for _ in 0..<bulkhead_ares_questions(header) {
            guard self.takeName() != nil, self.take(bulkhead_ares_question_size) != nil else {
                return nil
            }
        }
        guard let answers = self.takeRecords(bulkhead_ares_answers(header)),
            let authorities = self.takeRecords(bulkhead_ares_authorities(header))
        else { return nil }
        return DNSMessage(
            isAuthoritative: bulkhead_ares_is_authoritative(header) != 0, code: Int(bulkhead_ares_code(header)),
            answers: answers, authorities: authorities)
    }

    /// Those of kinds that matter.
    private mutating func takeRecords(_ count: Int32) -> [DNSRecord]? {
        var records: [DNSRecord] = []
        for _ in 0..<count {
            guard let owner = self.takeName(), let fixed = self.take(bulkhead_ares_record_size) else {
                return nil
            }
            let end = self.offset + Int(bulkhead_ares_record_length(fixed))
            guard end <= self.message.count else { return nil }
            if bulkhead_ares_record_class(fixed) == Int32(ns_c_in.rawValue),
                let type = QuestionType(number: bulkhead_ares_record_type(fixed))
            {
                guard let data = self.takeData(type, until: end) else { return nil }
                // A higher one is to be taken for none (RFC 2181, section 8).
                let ttl = Int32(exactly: bulkhead_ares_record_ttl(fixed)) ?? 0
                records.append(DNSRecord(owner: owner, type: type, ttl: Int(ttl), data: data))
            }
            self.offset = end
        }
        return records
    }

    private mutating func takeData(_ type: QuestionType, until end: Int) -> DNSRecord.Content? {
        let data: DNSRecord.Content? =
            switch type {
            case .a: self.takeAddress(AF_INET, size: 4)
            case .aaaa: self.takeAddress(AF_INET6, size: 16)
            case .cname, .ns: self.takeName().map { .name($0) }
            case .txt: self.takeText(until: end)
            case .soa: self.takeStart()
            }
        return self.offset == end ? data : nil
    }

    private mutating func takeAddress(_ family: Int32, size: Int) -> DNSRecord.Content? {
        guard let bytes = self.take(size) else { return nil }
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard ares_inet_ntop(family, bytes, &text, ares_socklen_t(text.count)) != nil else { return nil }
        return .address(String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }

    private mutating func takeText(until end: Int) -> DNSRecord.Content? {
        var text = ""
        while self.offset < end {
            var string: UnsafeMutablePointer<UInt8>?
            var length = 0
            guard let place = self.place,
                ares_expand_string(place, self.message.baseAddress, Int32(self.message.count), &string, &length) == 0,
                let string
            else { return nil }
            defer { ares_free_string(string) }
            self.offset += length
            // It may contain zeros: its length is that of what was read, without the byte that says so.
            for byte in UnsafeBufferPointer(start: string, count: length - 1) { text += Self.printed(byte) }
        }
        return .text(text)
    }

    private static func printed(_ byte: UInt8) -> String {
        if (0x20...0x7E).contains(byte) { return String(UnicodeScalar(byte)) }
        let digits = String(byte)
        return "\\" + String(repeating: "0", count: 3 - digits.count) + digits
    }

    private mutating func takeStart() -> DNSRecord.Content? {
        let size = bulkhead_ares_number_size
        // The server, the mailbox, and four numbers before the one that matters.
        guard self.takeName() != nil, self.takeName() != nil, self.take(4 * size) != nil, let last = self.take(size)
        else { return nil }
        return .start(minimum: Int(bulkhead_ares_number(last)))
    }

    private mutating func takeName() -> String? {
        var name: UnsafeMutablePointer<CChar>?
        var length = 0
        guard let place = self.place,
            ares_expand_name(place, self.message.baseAddress, Int32(self.message.count), &name, &length) == 0,
            let name
        else { return nil }
        defer { ares_free_string(name) }
        self.offset += length
        return String(cString: name).lowercased()
    }

    /// Passes over so many bytes; nil if there are fewer left.
    private mutating func take(_ count: Int) -> UnsafePointer<UInt8>? {
        guard count <= self.message.count - self.offset, let start = self.message.baseAddress else { return nil }
        defer { self.offset += count }
        return start + self.offset
    }

    private var place: UnsafePointer<UInt8>? {
        self.offset < self.message.count ? self.message.baseAddress.map { $0 + self.offset } : nil
    }
}
