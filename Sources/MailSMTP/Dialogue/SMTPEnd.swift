import Mail

/// How a dialogue ended, and what that means for the mail: a decision without I/O.
struct SMTPEnd: Sendable {
    /// What the library under it reports, as far as it matters.
    enum Cause: Equatable, Sendable {
        case done
        /// We asked it to stop.
        case aborted
        /// The certificate is not trusted or not for this host, or TLS failed.
        case untrusted
        /// TLS is required, and the server has none.
        case withoutTLS
        /// The login was refused, or there is no way to sign in.
        case loginDenied
        /// The settings make no sense to it.
        case settings
        /// No connection, a timeout, a broken connection, a reply that says no.
        case other
    }

    /// What became of the mail.
    enum Verdict: Equatable, Sendable {
        case accepted(MailReceipt)
        case failed(MailFailure)
        /// Nothing was sent, because the caller has gone.
        case cancelled
    }

    var cause: Cause
    var stage: SMTPStage
    /// The reply to that stage; nil if none came.
    var reply: SMTPReply?
    /// What the library says happened.
    var detail: String

    var verdict: Verdict {
        if self.stage == .content { return self.verdictAfterContent }
        return switch self.cause {
        case .aborted: .cancelled
        case .untrusted, .settings: self.failed(.misconfigured)
        case .withoutTLS, .loginDenied: self.failed(self.reply?.isTransient == true ? .deferred : .misconfigured)
        case .done, .other: self.verdictBeforeContent
        }
    }

    private var verdictAfterContent: Verdict {
        if let reply = self.reply {
            // Whatever happened later, the server has spoken.
            if reply.isPositive { return .accepted(MailReceipt(replyCode: reply.code, reply: reply.text)) }
            if reply.isTransient { return self.failed(.deferred) }
            if reply.isPermanent { return self.failed(self.refusal(of: reply)) }
        }
        return self.failed(.outcomeUnknown)
    }

    private var verdictBeforeContent: Verdict {
        guard let reply = self.reply, reply.isPermanent else { return self.failed(.deferred) }
        return self.failed(self.refusal(of: reply))
    }

    /// Who is meant by a 5xx reply.
    private func refusal(of reply: SMTPReply) -> MailFailure.Kind {
        // To sign in or to use TLS first, or that the password is wrong (RFC 4954, section 6; RFC 3207, section 4).
        if [530, 534, 535, 538].contains(reply.code) { return .misconfigured }
        return switch self.stage {
        case .recipient, .data, .content: .rejected
        // More than the server takes (RFC 1870): the mail is meant. Any other sender's refusal means our settings.
        case .sender: reply.code == 552 ? .rejected : .misconfigured
        case .greeting, .hello, .startTLS, .authentication: .misconfigured
        }
    }

    private func failed(_ kind: MailFailure.Kind) -> Verdict {
        // A reply that says yes did not decide, nor did one that a broken certificate made meaningless.
        let decisive = self.reply.flatMap { $0.isTransient || $0.isPermanent ? $0 : nil }
        return .failed(MailFailure(kind, replyCode: decisive?.code, reply: decisive?.text ?? self.detail))
    }
}
