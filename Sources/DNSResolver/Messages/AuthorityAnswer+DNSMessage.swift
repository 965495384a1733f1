import CCAres
import DNS

extension AuthorityAnswer {
    /// What an outcome says about a name.
    init(_ outcome: QueryOutcome, name: DomainName, type: RecordType) {
        switch outcome {
        case .message(let bytes):
            guard let message = MessageReader.read(bytes) else {
                self = .failed(.unreadable)
                return
            }
            self.init(message, name: name, type: type)
        case .status(let status): self = .failed(AuthorityFailure(status: status))
        case .expired, .cancelled: self = .failed(.timeout)
        }
    }

    init(_ message: DNSMessage, name: DomainName, type: RecordType) {
        if let failure = AuthorityFailure(message) {
            self = .failed(failure)
            return
        }
        // Without what a server adds about the name that an alias stands for.
        let own = message.answers.filter { $0.owner == name.description }
        if let records = AnsweredRecords(type, own.filter { $0.type == QuestionType(type) }) {
            self = .records(records)
        } else if let alias = AnsweredRecords(.cname, own.filter { $0.type == .cname }) {
            // Before the code, which is about the name that it stands for (RFC 6604, section 3).
            self = .alias(alias)
        } else if message.code == Int(ns_r_nxdomain.rawValue) {
            self = .noName(negativeTTL: message.negativeTTL)
        } else {
            self = .noData(negativeTTL: message.negativeTTL)
        }
    }
}

extension AnsweredRecords {
    /// nil if there are none.
    fileprivate init?(_ type: RecordType, _ records: [DNSRecord]) {
        guard let ttl = records.map(\.ttl).max() else { return nil }
        self.init(type, ttl: ttl, values: records.compactMap(\.value))
    }
}

extension AuthorityFailure {
    /// nil if the answer is one of a server that serves the zone.
    init?(_ message: DNSMessage) {
        switch message.code {
        case Int(ns_r_noerror.rawValue), Int(ns_r_nxdomain.rawValue):
            guard !message.isAuthoritative else { return nil }
            self = .notAuthoritative
        case Int(ns_r_refused.rawValue): self = .refused
        case Int(ns_r_notauth.rawValue): self = .notAuthoritative
        default: self = .serverFailure
        }
    }

    /// What a status of c-ares means when there is no answer.
    init(status: Int32) {
        self =
            switch UInt32(bitPattern: status) {
            case UInt32(ARES_ETIMEOUT): .timeout
            case UInt32(ARES_ECONNREFUSED), UInt32(ARES_EOF): .unreachable
            case UInt32(ARES_EREFUSED): .refused
            case UInt32(ARES_ESERVFAIL), UInt32(ARES_EFORMERR), UInt32(ARES_ENOTIMP):
                .serverFailure
            default: .unreadable
            }
    }
}
