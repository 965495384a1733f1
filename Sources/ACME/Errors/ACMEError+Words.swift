import Foundation

extension ACMEError {
    static func invalidConfiguration(_ fault: String) -> ACMEError {
        ACMEError(.invalidConfiguration, "No certificate can be requested: \(fault). Correct the setting.")
    }

    static func storage(_ what: String, _ detail: String) -> ACMEError {
        ACMEError(
            .storage, "The folder for certificates \(what). Check its owner, its mode and the free space.",
            detail: detail)
    }

    /// For a failed system call; read `errno` before anything else runs.
    static func system(_ what: String, _ url: URL) -> ACMEError {
        .storage(what, "\(url.path): \(String(cString: strerror(errno)))")
    }

    static let unreadableAccount = ACMEError(
        .storage, "The kept account of the certificate authority cannot be read. Remove it; a new one is made.")
}

/// Who and what a failure is about, to make words of.
struct FailureSubject: Sendable {
    let names: [String]
    /// The host of the authority.
    let authority: String
    /// The DNS provider's name.
    let provider: String

    func error(
        _ code: ACMEError.Code, problem: String? = nil, retryAfter: Date? = nil, detail: String = ""
    ) -> ACMEError {
        let (what, remedy) = self.words(code, problem: problem, retryAfter: retryAfter)
        let list = self.names.joined(separator: ", ")
        return ACMEError(
            code, names: self.names, "No certificate for \(list): \(what). \(remedy)", problem: problem,
            retryAfter: retryAfter, detail: detail)
    }

    /// What happened, and what to do.
    private func words(_ code: ACMEError.Code, problem: String?, retryAfter: Date?) -> (String, String) {
        let authority = self.authority
        switch code.kind {
        case .rateLimited:
            let until = retryAfter.map { "until \($0.formatted(.iso8601))" } ?? "some hours"
            return ("\(authority) has reached its limit for these names or this account", "Wait \(until).")
        case .unauthorized:
            return (
                "\(authority) did not find the challenge record in DNS",
                "Check that the zone's public name servers are those of \(self.provider)."
            )
        case .caa:
            return (
                "a CAA record of the domain forbids \(authority) to issue",
                "Allow the authority in the CAA record, with issuewild, or remove the record."
            )
        case .dns:
            return (
                "\(authority) could not ask the zone's name servers",
                "Check delegation, DNSSEC and reachability of the name servers from outside."
            )
        case .refused:
            return (
                "\(authority) refused the order" + (problem.map { " (\($0))" } ?? ""),
                "See the detail; the policy of the authority, the names or the account must change."
            )
        case .accountUnknown:
            return ("\(authority) does not know the account, even a new one", "Check the directory's URL.")
        case .untrusted:
            return (
                "the TLS certificate of \(authority) is not trusted",
                "Install the authority's root certificates, or name a file with them."
            )
        default: return self.moreWords(code)
        }
    }

    private func moreWords(_ code: ACMEError.Code) -> (String, String) {
        switch code.kind {
        case .badCredential:
            (
                "\(self.provider) refused the credentials",
                "Give a valid credential that may edit TXT records of the zone."
            )
        case .notPublished:
            (
                "the challenge record could not be published through \(self.provider), or was not seen in time",
                "Check that the zone exists there, and which name servers answer for it."
            )
        case .unreachable:
            (
                "\(self.authority) or \(self.provider) did not answer, or answered with a fault of its own",
                "Check network and status pages; it is tried again."
            )
        case .timedOut: ("the run took longer than it may and was ended", "It is tried again.")
        case .cancelled: ("the run was cancelled", "Nothing is to be done.")
        case .busy: ("another process is at work in the folder", "Wait for it to end.")
        case .notInstalled:
            ("the program lego is not installed", "Install it (apt-get install lego), or give its path.")
        case .unusableCertificate:
            ("what \(self.authority) sent is no usable certificate for the names", "See the detail.")
        default: ("lego failed", "See the detail.")
        }
    }
}

extension FailureSubject {
    init(_ configuration: ACMEConfiguration) {
        self.init(
            names: configuration.names, authority: configuration.directory.host() ?? "the certificate authority",
            provider: configuration.challenge.provider)
    }
}
