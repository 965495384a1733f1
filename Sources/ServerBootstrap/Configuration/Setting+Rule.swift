extension Setting {
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
        case .pgbouncerURL: return "a libpq URI such as postgresql://bulkhead_stats:password@host:6432/pgbouncer"
        case .redisURL: return "a URL such as redis://user:password@host:6379/0, or rediss for TLS"
        case .redisCAFile: return "the path of a PEM file"
        case .redisSecretFile: return "the path of a file"
        case .databaseConnections, .appDatabaseConnections: return "a number from 1 to 500"
        case .appDatabaseDedicatedConnections: return "a number from 0 to 5000; with 0 all tenants share"
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
        default: return self.ruleOfNames
        }
    }

    /// The same for names, zones and certificates.
    private var ruleOfNames: String {
        switch self {
        case .quarantineDays: return "a number of days from 0 to 3650"
        case .dnsProvider: return "none, wildcard, route53, cloudflare or powerdns"
        case .dnsZone: return "the base domain, or a domain above it"
        case .dnsTargets: return "addresses separated by commas, or the name of one host"
        case .dnsTTL: return "a number of seconds from 1 to 86400, and not less than the provider takes"
        case .dnsRegistry: return "1 to 100 letters, digits, dots, hyphens or underscores"
        case .dnsRemovalLimit: return "a share from 0 to 1, such as 0.1"
        case .dnsReconcile: return "a number of seconds from 1 to 86400"
        case .dnsPropagation: return "a number of seconds from 1 to 3600"
        case .dnsNameServers, .dnsResolvers:
            return "servers such as 192.0.2.1 or 192.0.2.1:5300, separated by commas"
        case .dnsTimeout: return "a number of seconds from 0.1 to 30"
        case .dnsRoute53Endpoint, .dnsPowerDNSURL: return "a URL such as http://127.0.0.1:8081"
        case .dnsCloudflareProxied, .acmeSkipsCheck: return "true or false"
        case .tlsSource: return "none, files, development or acme"
        case .tlsCertificateFile, .tlsKeyFile, .tlsCAFile, .acmeCAFile: return "the path of a PEM file"
        case .tlsHSTS: return "a number of seconds from 0 to 63072000; 0 says nothing to browsers"
        case .tlsRedirectPort: return "a port from 0 to 65535; 0 takes any free one"
        case .tlsProbe: return "a host with a port, such as 127.0.0.1:8443"
        case .acmeDirectory: return "an https URL"
        case .acmeProvider: return "route53, cloudflare or powerdns: who publishes the proof that the names are yours"
        case .acmeEmail: return "an address such as ops@example.com"
        case .acmeFolder, .tlsFolder: return "the path of a folder"
        case .acmeTimeout: return "a number of seconds from 10 to 3600"
        case .redisLimitTimeout: return "a number of milliseconds from 1 to 1000"
        case .rateLimits: return "on, observe (count and tell, refuse no request) or off"
        case .sharedHosts: return "host names without ports, separated by commas"
        case .tenantTables: return "folders with files such as 0001_name.sql, separated by commas"
        case .sampleTables: return "true or false; the same for all servers and commands of an installation"
        default: return self.ruleOfEdge
        }
    }

    /// The same for the edge.
    private var ruleOfEdge: String {
        switch self {
        case .edgeToken: return "a secret of 32 to 512 visible ASCII characters"
        case .directoryDatabaseURL: return Setting.databaseURL.rule
        case .directoryDatabaseConnections: return Setting.databaseConnections.rule
        case .edgeUpstream, .edgeAPIUpstream:
            return "URLs without a path such as http://10.0.0.5:3000, separated by commas"
        case .edgeUpstreamCAFile: return "the path of a PEM file"
        case .edgePortal: return "the path of a folder with an index.html"
        case .edgeProductName: return "a name of 1 to 200 characters on one line"
        case .edgeSignInPaths: return "paths that begin with a slash, separated by commas"
        case .edgeConnectTimeout: return "a number of seconds from 0.1 to 60"
        case .edgeAnswerTimeout, .edgeIdleTimeout: return "a number of seconds from 0.1 to 3600"
        case .edgeTunnelTimeout: return "a number of seconds from 1 to 86400"
        case .edgeBodyLimit: return "a number of bytes; 0 for no limit"
        case .edgeConnections: return "a number from 1 to 65535"
        case .edgeTunnels: return "a number from 0 to 1000000"
        case .edgeStaleness: return "a number of seconds from 1 to 604800"
        default: return "a text of ASCII characters without spaces"
        }
    }
}
