import CCurl
import Mail

/// One mail over one connection of its own; blocks the thread it runs on.
///
/// A connection is not kept for the next mail: a server that closes an idle one would make a mail's fate uncertain for
/// nothing, and mails are few.
struct SMTPTransfer: Sendable {
    let configuration: SMTPConfiguration
    let sender: String
    let recipient: String
    let content: [UInt8]
    let cancel: CancelFlag

    func run() throws(MailFailure) -> SMTPEnd.Verdict {
        if self.cancel.isRaised { return .cancelled }
        let state = SMTPTransferState(content: self.content, cancel: self.cancel)
        var handle = try CurlHandle.make()
        try self.setConnection(&handle)
        try self.setSecurity(&handle)
        try self.setMail(&handle)
        try SMTPCallbacks.install(on: &handle, state: state)
        let code = handle.perform()
        return self.end(of: handle, code: code, transcript: state.transcript).verdict
    }

    private func end(of handle: borrowing CurlHandle, code: CURLcode, transcript: SMTPTranscript) -> SMTPEnd {
        let filter = SecretFilter(self.configuration)
        let last = handle.responseCode
        let reply = transcript.reply.map { SMTPReply(code: last > 0 ? last : $0.code, text: filter.clean($0.text)) }
        return SMTPEnd(
            cause: SMTPEnd.Cause(code), stage: transcript.stage, reply: reply,
            detail: filter.clean(handle.explanation(of: code)))
    }

    private func setConnection(_ handle: inout CurlHandle) throws(MailFailure) {
        try handle.set(CURLOPT_URL, self.configuration.url)
        try handle.set(CURLOPT_PROTOCOLS_STR, "smtp,smtps")
        // Otherwise a variable of the environment would choose one.
        try handle.set(CURLOPT_PROXY, "")
        try handle.set(CURLOPT_NOSIGNAL, 1)
        try handle.set(CURLOPT_FORBID_REUSE, 1)
        try handle.set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds: self.configuration.connectTimeout)
        try handle.set(CURLOPT_TIMEOUT_MS, milliseconds: self.configuration.totalTimeout)
        // libcurl's own limit for a reply is two minutes, whatever the limit for all.
        let seconds = min(self.configuration.totalTimeout.components.seconds, 86_400) + 1
        try handle.set(CURLOPT_SERVER_RESPONSE_TIMEOUT, Int(seconds))
    }

    private func setSecurity(_ handle: inout CurlHandle) throws(MailFailure) {
        let isPlain = self.configuration.security == .none
        try handle.set(CURLOPT_USE_SSL, Int((isPlain ? CURLUSESSL_NONE : CURLUSESSL_ALL).rawValue))
        try handle.set(CURLOPT_SSL_VERIFYPEER, 1)
        try handle.set(CURLOPT_SSL_VERIFYHOST, 2)
        try handle.set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        if let caFile = self.configuration.caFile {
            try handle.set(CURLOPT_CAINFO, caFile)
            // The system's folder would be trusted beside the file.
            try handle.set(CURLOPT_CAPATH, nil)
        }
        if let username = self.configuration.username, let password = self.configuration.password {
            try handle.set(CURLOPT_USERNAME, username)
            try handle.set(CURLOPT_PASSWORD, password)
            // libcurl would prefer Kerberos where a server offers it and the user has a domain, and fail.
            try handle.set(CURLOPT_LOGIN_OPTIONS, "AUTH=PLAIN;AUTH=LOGIN")
        }
    }

    private func setMail(_ handle: inout CurlHandle) throws(MailFailure) {
        try handle.set(CURLOPT_MAIL_FROM, "<\(self.sender)>")
        try handle.set(CURLOPT_MAIL_RCPT, list: ["<\(self.recipient)>"])
        try handle.set(CURLOPT_UPLOAD, 1)
        try CurlHandle.check(
            bulkhead_curl_set_size(handle.raw, CURLOPT_INFILESIZE_LARGE, curl_off_t(self.content.count)))
    }
}
