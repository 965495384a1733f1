import Foundation
public import Mail

extension SMTPConfiguration {
    /// Finds out whether the settings make sense, without asking the server.
    ///
    /// Passwords go over TLS only, or to this machine.
    /// - Throws: ``MailFailure`` of kind `misconfigured`, which says what to change.
    public func check() throws(MailFailure) {
        try self.require(Self.isHost(self.host), "The mail server's name is not a host name or an address.")
        try self.require((1...65_535).contains(self.port), "The mail server's port must be 1-65535.")
        try self.require(
            self.connectTimeout >= .milliseconds(1) && self.totalTimeout >= .milliseconds(1),
            "The time limits for mail must be positive.")
        if let heloName = self.heloName {
            try self.require(Self.isHostName(heloName), "The name for EHLO must be a host name.")
        }
        try self.require(
            (self.username == nil) == (self.password == nil),
            "The mail server needs both a user and a password, or neither.")
        for text in [self.username, self.password, self.caFile] {
            let isClean = text.map { !$0.isEmpty && $0.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F } } ?? true
            try self.require(isClean, "A setting for mail is empty or has a control character.")
        }
        try self.require(
            self.username == nil || self.security != .none || Self.isLoopback(self.host),
            "A password for the mail server is sent over TLS only: set the security to startTLS or tls.")
    }

    /// The address for libcurl; its path is the name for EHLO.
    var url: String {
        let host = self.host.contains(":") ? "[\(self.host)]" : self.host
        let path = self.heloName.map { "/\($0)" } ?? ""
        return "\(self.security == .tls ? "smtps" : "smtp")://\(host):\(self.port)\(path)"
    }

    private func require(_ condition: Bool, _ text: String) throws(MailFailure) {
        guard condition else { throw MailFailure(.misconfigured, reply: text) }
    }

    private static func isHost(_ text: String) -> Bool {
        self.isHostName(text) || self.isIPv6(text)
    }

    private static func isHostName(_ text: String) -> Bool {
        (1...253).contains(text.utf8.count)
            && text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
                (1...63).contains(label.count)
                    && label.allSatisfy { byte in
                        switch byte {
                        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"): true
                        default: false
                        }
                    }
            }
    }

    private static func isIPv6(_ text: String) -> Bool {
        var address = in6_addr()
        return inet_pton(AF_INET6, text, &address) == 1
    }

    private static func isLoopback(_ host: String) -> Bool {
        var address = in_addr()
        if inet_pton(AF_INET, host, &address) == 1 { return UInt32(bigEndian: address.s_addr) >> 24 == 127 }
        return host.lowercased() == "localhost" || host == "::1"
    }
}
