/// One thing about an installation that can be configured.
///
/// The raw value is its place in `bulkhead.yaml`: `http.port` is the key `port` under `http`. The environment variable
/// follows from it: `BULKHEAD_HTTP_PORT`.
public enum Setting: String, Sendable, Hashable, CaseIterable {
    /// The domain under which all hosts lie.
    case baseDomain
    /// Whether the bare domain means the admin host.
    case adminOnBareDomain
    /// The address that the HTTP listener binds.
    case httpHost = "http.host"
    /// The port that the HTTP listener binds.
    case httpPort = "http.port"
    /// The address that the management listener binds.
    case managementHost = "management.host"
    /// The port that the management listener binds.
    case managementPort = "management.port"
    /// The scheme of links to tenants.
    case publicScheme = "public.scheme"
    /// The port of links to tenants.
    case publicPort = "public.port"
    /// Proxies whose word about tenants is taken.
    case trustedProxies
    /// The catalog, as `bulkhead_control`.
    case databaseURL = "database.url"
    /// The same past a connection pooler.
    case databaseDirectURL = "database.directUrl"
    /// How many connections there may be as `bulkhead_control`.
    case databaseConnections = "database.connections"
    /// Tenants' rows, as `bulkhead_app`.
    case appDatabaseURL = "appDatabase.url"
    /// How many connections there may be as `bulkhead_app`.
    case appDatabaseConnections = "appDatabase.connections"
    /// Whether statements are prepared by name.
    case preparedStatements
    /// Where the installation's secret is.
    case secretFile
    /// How much work a password hash takes.
    case scryptLogRounds
    /// From which level on events are logged.
    case logLevel
    /// How many tenants are made at a time.
    case provisioningConcurrency = "provisioning.concurrency"
    /// How many tenants are begun a second at most.
    case provisioningRate = "provisioning.rate"
    /// How many schemas are kept ready for tenants to come.
    case provisioningWarmPool = "provisioning.warmPool"
    /// For how long a worker takes a piece of work, and so what a worker that died holds up.
    case workflowLease = "workflow.leaseSeconds"
    /// Whom mails are from.
    case mailFrom = "mail.from"
    /// What the product calls itself in mails.
    case mailProductName = "mail.productName"
    /// The first pause before a mail that was not taken is tried again.
    case mailRetry = "mail.retrySeconds"
    /// The server that takes mails.
    case mailSMTPHost = "mail.smtpHost"
    /// The port of that server.
    case mailSMTPPort = "mail.smtpPort"
    /// How the connection to that server is protected.
    case mailSMTPSecurity = "mail.smtpSecurity"
    /// As whom to sign in there.
    case mailSMTPUser = "mail.smtpUser"
    /// With what password.
    case mailSMTPPassword = "mail.smtpPassword"
    /// The certificates that are trusted there.
    case mailSMTPCAFile = "mail.smtpCaFile"
    /// How long one mail may take.
    case mailSMTPTimeout = "mail.smtpTimeoutSeconds"
    /// Where mails are kept for people to look at instead of being sent; for development.
    case mailMailbox = "mail.mailbox"

    /// What the names of our environment variables begin with.
    static let variablePrefix = "BULKHEAD_"

    /// The environment variable.
    public var variable: String {
        var name = Self.variablePrefix
        for character in self.rawValue {
            if character.isUppercase || character == "." { name.append("_") }
            if character != "." { name.append(character.uppercased()) }
        }
        return name
    }

    /// Whether the value holds a password; it is then shown without it.
    public var holdsPassword: Bool {
        switch self {
        case .databaseURL, .databaseDirectURL, .appDatabaseURL, .mailSMTPPassword: return true
        default: return false
        }
    }

    /// What a value must be like, for the person who wrote another one.
    public var rule: String {
        switch self {
        case .baseDomain: return "a domain name such as example.com, without a port"
        case .adminOnBareDomain, .preparedStatements: return "true or false"
        case .httpHost, .managementHost: return "an IP address or a host name of this machine, such as 127.0.0.1"
        case .httpPort, .managementPort: return "a port from 0 to 65535; 0 takes any free one"
        case .publicScheme: return "http or https"
        case .publicPort: return "a port from 1 to 65535"
        case .trustedProxies: return "addresses or blocks such as 10.0.0.0/8, separated by commas"
        case .databaseURL, .databaseDirectURL, .appDatabaseURL:
            return "a libpq URI such as postgresql://user:password@host:5432/bulkhead"
        case .databaseConnections, .appDatabaseConnections: return "a number from 1 to 500"
        case .secretFile: return "the path of a file"
        case .scryptLogRounds: return "a number from 10 to 17; 15 takes 32 MiB and some 80 ms"
        case .provisioningConcurrency: return "a number from 1 to 64"
        case .provisioningRate: return "a number a second such as 5 or 0.5, or unlimited"
        case .provisioningWarmPool: return "a number from 0 to 1000; 0 switches the pool off"
        case .workflowLease: return "a number of seconds from 1 to 600"
        case .mailFrom: return "an address such as Acme <no-reply@example.com>"
        case .mailProductName: return "a name of 1 to 200 characters on one line"
        case .mailRetry: return "a number of seconds from 0.1 to 3600"
        case .mailSMTPHost: return "a host name or an address"
        case .mailSMTPPort: return "a port from 1 to 65535"
        case .mailSMTPSecurity: return "startTLS, tls or none"
        case .mailSMTPUser, .mailSMTPPassword: return "a text without control characters"
        case .mailSMTPCAFile: return "the path of a PEM file"
        case .mailSMTPTimeout: return "a number of seconds from 1 to 600"
        case .mailMailbox: return "the path of a folder"
        case .logLevel: return "trace, debug, info, notice, warning, error or critical"
        }
    }
}
