/// Names that no tenant may take, because software or people attach a meaning to them.
public enum ReservedSubdomains {
    /// Every reserved label, lower-case.
    public static let all: Set<String> = Set(
        [ours, certificateMailboxes, autoConfiguration, mail, web, network, confusing].flatMap { $0 })

    /// Hosts that Bulkhead serves itself or will.
    private static let ours = [
        "admin", "administration", "api", "app", "apps", "auth", "billing", "bulkhead", "console", "control",
        "dashboard", "dev", "docs", "edge", "health", "id", "identity", "internal", "login", "logout", "mailbox",
        "metrics", "oauth", "openid", "portal", "register", "signin", "signup", "sso", "staging", "status", "system",
        "tenant", "tenants", "test", "webhook", "webhooks",
    ]

    /// Mailboxes that prove control over a domain to a certificate authority (CA/Browser Forum, 3.2.2.4.4; RFC 2142).
    private static let certificateMailboxes = [
        "abuse", "administrator", "hostmaster", "info", "is", "it", "marketing", "mis", "news", "noc", "postmaster",
        "root", "sales", "security", "ssladmin", "ssladministrator", "sslwebmaster", "support", "sysadmin", "usenet",
        "uucp", "webmaster",
    ]

    /// Names that clients look up by themselves, so that their owner could take clients over.
    private static let autoConfiguration = [
        "autoconfig", "autodiscover", "broadcasthost", "isatap", "localdomain", "localhost", "wpad", "_dmarc",
        "_domainkey", "_acme-challenge", "_mta-sts", "mta-sts",
    ]

    private static let mail = [
        "email", "exchange", "imap", "imap4", "mail", "mail1", "mail2", "mx", "mx1", "mx2", "pop", "pop3", "relay",
        "smtp", "smtps", "webmail",
    ]

    private static let web = [
        "assets", "blog", "cdn", "download", "downloads", "files", "forum", "help", "images", "img", "media", "static",
        "store", "uploads", "web", "www", "www1", "www2", "www3", "wwww",
    ]

    private static let network = [
        "dns", "dns1", "dns2", "firewall", "ftp", "ftps", "gateway", "git", "irc", "ldap", "ns", "ns1", "ns2", "ns3",
        "ns4", "ntp", "proxy", "router", "server", "sftp", "ssh", "ssl", "svn", "telnet", "tls", "vpn", "xmpp",
    ]

    /// Words that would make a page look like the operator's own.
    private static let confusing = [
        "about", "account", "accounts", "anonymous", "contact", "everyone", "guest", "legal", "me", "nobody", "null",
        "official", "owner", "payment", "payments", "pricing", "privacy", "public", "secure", "self", "terms",
        "undefined", "user", "users", "verify",
    ]
}
