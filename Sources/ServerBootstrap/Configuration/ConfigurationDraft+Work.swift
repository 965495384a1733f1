import Foundation
import Mail
import MailSMTP
import Tenancy

extension ConfigurationDraft {
    /// How tenants are made; nil if something is wrong.
    mutating func provisioning() -> ProvisioningConfiguration? {
        var provisioning = ProvisioningConfiguration()
        let concurrency = self.value(.provisioningConcurrency, default: String(provisioning.concurrency)) {
            Self.number($0, in: 1...64)
        }
        let rate = self.value(.provisioningRate, default: "\(ProvisioningConfiguration.standardRate)", Self.rate)
        let pool = self.value(.provisioningWarmPool, default: "0") { Self.number($0, in: 0...1000) }
        let lease = self.value(.workflowLease, default: "15") { Self.seconds($0, in: 1...600) }
        guard let concurrency, let rate, let pool, let lease else { return nil }
        provisioning.concurrency = concurrency
        provisioning.perSecond = rate == .infinity ? nil : rate
        provisioning.warmPool = pool
        provisioning.lease = lease
        return provisioning
    }

    /// How mail leaves the installation; nil if none does, or something is wrong.
    mutating func mail(baseDomain: BaseDomain?) -> MailConfiguration? {
        let standardSender = baseDomain.map { "no-reply@\($0)" }
        let from = self.value(.mailFrom, default: standardSender, Self.address)
        let product = self.value(.mailProductName, default: "Bulkhead") {
            TextRule.name.problem(in: $0) == nil ? $0 : nil
        }
        let retry = self.value(.mailRetry, default: "30") { Self.seconds($0, in: 0.1...3600) }
        let smtp = self.smtp()
        let mailbox = self.value(.mailMailbox, default: nil) { $0.isEmpty ? nil : URL(fileURLWithPath: $0) }
        guard let from, let product, let retry else { return nil }
        // Somebody who names a server wants mail sent, whatever else is there.
        guard let way = smtp.map(MailConfiguration.Way.smtp) ?? mailbox.map(MailConfiguration.Way.mailbox) else {
            return nil
        }
        return MailConfiguration(way: way, from: from, productName: product, retry: retry)
    }

    private mutating func smtp() -> SMTPConfiguration? {
        let host = self.value(.mailSMTPHost, default: nil) { $0.isEmpty ? nil : $0 }
        let security = self.value(.mailSMTPSecurity, default: "startTLS") { SMTPConfiguration.Security(rawValue: $0) }
        let port = self.value(.mailSMTPPort, default: security == .tls ? "465" : "587") {
            Self.number($0, in: 1...65_535)
        }
        let user = self.value(.mailSMTPUser, default: nil) { $0 }
        let password = self.value(.mailSMTPPassword, default: nil) { $0 }
        let authorities = self.value(.mailSMTPCAFile, default: nil) { $0 }
        let timeout = self.value(.mailSMTPTimeout, default: "120") { Self.seconds($0, in: 1...600) }
        guard let host, let port, let security, let timeout else { return nil }
        let configuration = SMTPConfiguration(
            host: host, port: port, security: security, username: user, password: password, caFile: authorities,
            connectTimeout: min(.seconds(15), timeout), totalTimeout: timeout)
        do {
            try configuration.check()
            return configuration
        } catch {
            self.report(.mailSMTPHost, self.find(.mailSMTPHost).origin, value: nil, error.reply)
            return nil
        }
    }

    private static func rate(_ text: String) -> Double? {
        if text == "unlimited" { return .infinity }
        guard let rate = Double(text), rate.isFinite, rate >= 0.01, rate <= 1000 else { return nil }
        return rate
    }

    static func seconds(_ text: String, in range: ClosedRange<Double>) -> Duration? {
        guard let seconds = Double(text), range.contains(seconds) else { return nil }
        return .milliseconds(Int(seconds * 1000))
    }

    private static func address(_ text: String) -> MailAddress? {
        do { return try MailAddress(parsing: text) } catch { return nil }
    }
}
