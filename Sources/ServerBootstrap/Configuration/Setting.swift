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
    /// How many more there may be for tenants whose tier gives them connections of their own.
    case appDatabaseDedicatedConnections = "appDatabase.dedicatedConnections"
    /// The console of the connection pooler, for its figures.
    case pgbouncerURL = "pgbouncer.url"
    /// The Redis server that makes the installation faster.
    case redisURL = "redis.url"
    /// The authorities that are trusted there.
    case redisCAFile = "redis.caFile"
    /// Where the secret is that seals what is kept there, if that is not the installation's.
    case redisSecretFile = "redis.secretFile"
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
    /// For how many days nobody gets the name of a tenant that is gone.
    case quarantineDays = "names.quarantineDays"
    /// Who keeps the zone of tenants' names.
    case dnsProvider = "dns.provider"
    /// The zone that tenants' names are in.
    case dnsZone = "dns.zone"
    /// Where tenants' names point to.
    case dnsTargets = "dns.targets"
    /// For how long resolvers may remember tenants' names.
    case dnsTTL = "dns.ttl"
    /// Whose marks in the zone are ours.
    case dnsRegistry = "dns.registry"
    /// Which share of our names one plan may remove.
    case dnsRemovalLimit = "dns.removalLimit"
    /// How often the whole zone is compared with what tenants want.
    case dnsReconcile = "dns.reconcileSeconds"
    /// For how long an attempt waits until a change has reached all name servers.
    case dnsPropagation = "dns.propagationSeconds"
    /// The zone's name servers, if they are not those that the DNS names.
    case dnsNameServers = "dns.nameServers"
    /// Who is asked for the zone's name servers.
    case dnsResolvers = "dns.resolvers"
    /// For how long an answer of the provider is waited for.
    case dnsTimeout = "dns.timeoutSeconds"
    /// The id of an access key of Route 53.
    case dnsRoute53AccessKeyID = "dns.route53AccessKeyId"
    /// The secret that goes with it.
    case dnsRoute53SecretAccessKey = "dns.route53SecretAccessKey"
    /// What goes with credentials for a time.
    case dnsRoute53SessionToken = "dns.route53SessionToken"
    /// The id of the zone at Route 53.
    case dnsRoute53ZoneID = "dns.route53ZoneId"
    /// Where the API of Route 53 is.
    case dnsRoute53Endpoint = "dns.route53Endpoint"
    /// The token for Cloudflare.
    case dnsCloudflareToken = "dns.cloudflareToken"
    /// Whether requests go through Cloudflare's network.
    case dnsCloudflareProxied = "dns.cloudflareProxied"
    /// The id of the zone at Cloudflare.
    case dnsCloudflareZoneID = "dns.cloudflareZoneId"
    /// Where the API of PowerDNS is.
    case dnsPowerDNSURL = "dns.powerdnsUrl"
    /// The key of the API of PowerDNS.
    case dnsPowerDNSAPIKey = "dns.powerdnsApiKey"
    /// What the PowerDNS server calls itself.
    case dnsPowerDNSServer = "dns.powerdnsServer"
    /// Where the certificate of the HTTP listener comes from.
    case tlsSource = "tls.source"
    /// The certificate's chain, leaf first.
    case tlsCertificateFile = "tls.certificateFile"
    /// The key of the leaf.
    case tlsKeyFile = "tls.keyFile"
    /// Where the authority of a development machine is kept.
    case tlsFolder = "tls.folder"
    /// For how long browsers are told to come by HTTPS only.
    case tlsHSTS = "tls.hstsSeconds"
    /// The port on which plain HTTP is sent to HTTPS.
    case tlsRedirectPort = "tls.redirectPort"
    /// Where the listener is asked for its certificate, if that is not this server.
    case tlsProbe = "tls.probe"
    /// The authorities that are trusted for that.
    case tlsCAFile = "tls.caFile"
    /// The directory of the certificate authority.
    case acmeDirectory = "acme.directoryUrl"
    /// Whom the certificate authority may write to.
    case acmeEmail = "acme.email"
    /// Who publishes the proof that the names are ours.
    case acmeProvider = "acme.dnsProvider"
    /// Where account and certificate are kept.
    case acmeFolder = "acme.folder"
    /// The authorities that are trusted for the directory itself.
    case acmeCAFile = "acme.caFile"
    /// Whether the certificate authority is told at once that the proof is in the zone.
    case acmeSkipsCheck = "acme.skipPropagationCheck"
    /// How long one order may take.
    case acmeTimeout = "acme.timeoutSeconds"
    /// Hosts that all tenants share.
    case sharedHosts
    /// Folders of an application's tenant migrations.
    case tenantTables
    /// Whether tenants have the tables of the sample domain.
    case sampleTables
    /// What front ends that ask which tenant a host is have to send.
    case edgeToken = "edge.token"
    /// How long limits wait for Redis.
    case redisLimitTimeout = "redis.limitMilliseconds"
    /// The catalog's views for an edge, as `bulkhead_directory`.
    case directoryDatabaseURL = "directoryDatabase.url"
    /// How many connections there may be as `bulkhead_directory`.
    case directoryDatabaseConnections = "directoryDatabase.connections"
    /// What serves pages behind an edge, and the rest if nothing else is named.
    case edgeUpstream = "edge.upstream"
    /// What serves `/api` behind an edge.
    case edgeAPIUpstream = "edge.apiUpstream"
    /// The authorities that are trusted for upstreams with TLS.
    case edgeUpstreamCAFile = "edge.upstreamCaFile"
    /// The folder with the portal that an edge serves itself.
    case edgePortal = "edge.portal"
    /// What the product calls itself on an edge's pages.
    case edgeProductName = "edge.productName"
    /// Paths that stay open in a read-only tenant.
    case edgeSignInPaths = "edge.signInPaths"
    /// For how long an edge waits for a connection to an upstream.
    case edgeConnectTimeout = "edge.connectSeconds"
    /// For how long it waits until an answer begins.
    case edgeAnswerTimeout = "edge.answerSeconds"
    /// For how long a body may stop.
    case edgeIdleTimeout = "edge.idleSeconds"
    /// For how long a WebSocket may be silent.
    case edgeTunnelTimeout = "edge.tunnelIdleSeconds"
    /// How large a request's body may be.
    case edgeBodyLimit = "edge.bodyBytes"
    /// How many connections there may be to each upstream.
    case edgeConnections = "edge.connections"
    /// How many WebSockets there may be.
    case edgeTunnels = "edge.tunnels"
    /// For how long tenants are served as they last were while the catalog is away.
    case edgeStaleness = "edge.staleSeconds"
    /// What is done about too many requests, and about attempts to guess passwords.
    case rateLimits

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

    /// Whether the value may be a list in a file.
    var isList: Bool {
        switch self {
        case .trustedProxies, .dnsTargets, .dnsNameServers, .dnsResolvers, .tenantTables, .sharedHosts, .edgeUpstream,
            .edgeAPIUpstream, .edgeSignInPaths:
            return true
        default: return false
        }
    }

    /// Whether the value holds a password; it is then shown without it.
    public var holdsPassword: Bool {
        switch self {
        case .databaseURL, .databaseDirectURL, .appDatabaseURL, .mailSMTPPassword, .dnsRoute53SecretAccessKey,
            .dnsRoute53SessionToken, .dnsCloudflareToken, .dnsPowerDNSURL, .dnsPowerDNSAPIKey, .edgeToken,
            .redisURL, .directoryDatabaseURL, .pgbouncerURL:
            return true
        default: return false
        }
    }
}
