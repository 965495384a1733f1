import CCAres
import DNS

extension AuthorityAnswer {
    /// What an outcome says about a name.
    ///
    /// - Throws: ``AuthorityError`` if the question was not asked, for a reason that no server has a part in.
    init(_ outcome: QueryOutcome, name: DomainName, type: RecordType) throws(AuthorityError) {
        switch outcome {
        case .message(let bytes):
            guard let message = MessageReader.read(bytes) else {
                self = .failed(.unreadable)
                return
            }
            self.init(message, name: name, type: type)
        case .status(let status):
            guard let failure = AuthorityFailure(status: status) else {
                throw AuthorityError(
                    .unavailable, reason: "\(name) cannot be asked for.", detail: AresLibrary.text(for: status))
            }
            self = .failed(failure)
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

    /// What a status of c-ares means when there is no answer; nil if it says nothing about the server.
    init?(status: Int32) {
        switch status {
        case ARES_ETIMEOUT: self = .timeout
        case ARES_ECONNREFUSED, ARES_EOF: self = .unreachable
        case ARES_EBADRESP: self = .unreadable
        default: return nil
        }
    }
}
