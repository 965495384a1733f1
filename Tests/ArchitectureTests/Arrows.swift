/// The arrows of the house: what each target may be built from directly.
///
/// Arrows point down and inward only. Whoever adds a target or an arrow adds it here, and so decides on purpose.
enum Arrows {
    /// Products of others, by what they are for.
    private static let http = [
        "Hummingbird", "HummingbirdCore", "HTTPTypes", "NIOCore", "NIOHTTP1", "NIOPosix", "Logging", "Metrics",
    ]
    private static let cryptography = ["Crypto", "CryptoExtras"]

    static let allowed: [String: [String]] = [
        // Technologies that know no tenant.
        "CLibPQ": [],
        "Postgres": ["CLibPQ", "Logging", "ServiceLifecycle"],
        "LocalServers": ["Logging"],
        "PgBouncer": [],
        "DNS": [],
        "DNSTestKit": ["DNS"],
        "DNSProviders": ["DNS", "AsyncHTTPClient", "Crypto", "NIOCore", "NIOHTTP1"],
        "CCAres": [],
        "DNSResolver": ["DNS", "CCAres"],
        "Certificates": ["X509", "SwiftASN1", "Crypto"],
        "ACME": ["Certificates", "Subprocess", "Logging"],
        "CHiredis": [],
        "Redis": ["CHiredis", "NIOCore", "NIOPosix", "NIOSSL", "Logging", "ServiceLifecycle"],
        "Workflow": ["Logging", "ServiceLifecycle"],
        "WorkflowTestKit": ["Workflow", "Logging"],
        "CCurl": [],
        "Mail": ["Mustache"],
        "MailSMTP": ["Mail", "CCurl", "Logging"],
        // The domain.
        "Tenancy": [],
        "Identity": ["Tenancy", "Logging"] + cryptography,
        "ControlPlane": ["Tenancy", "Identity", "Workflow", "Mail", "DNS", "Logging"],
        "TenancyPostgres": [
            "Postgres", "Tenancy", "Identity", "Workflow", "Logging", "ServiceLifecycle",
        ] + cryptography,
        "TenancyRedis": ["Redis", "Tenancy", "Logging", "ServiceLifecycle"] + cryptography,
        // HTTP.
        "BulkheadHummingbird": ["Tenancy", "Identity", "Crypto"] + http,
        "TLS": ["Certificates", "HummingbirdHTTP2", "NIOHTTP2", "NIOSSL", "NIOTLS", "ServiceLifecycle"] + http,
        "EdgeGateway": [
            "BulkheadHummingbird", "TLS", "Tenancy", "Identity", "NIOHTTPTypes", "NIOHTTPTypesHTTP1", "NIOSSL",
            "ServiceLifecycle",
        ] + http,
        "AdminAPI": [
            "BulkheadHummingbird", "ControlPlane", "Tenancy", "Identity", "Workflow", "Mail", "ServiceLifecycle",
        ] + http,
        "TenantAPI": ["BulkheadHummingbird", "ControlPlane", "Tenancy", "Identity"] + http,
        // An application, as a stranger would write it.
        "Ledger": ["BulkheadServer", "Hummingbird"],
    ]

    /// The composition root, the command over it and the program that applications are: they may know everything.
    static let composers: Set<String> = ["ServerBootstrap", "BulkheadServer", "bulkhead"]

    /// Targets that are one concrete way to do something; the rest of the house knows protocols.
    static let concrete: Set<String> = [
        "CLibPQ", "Postgres", "TenancyPostgres", "LocalServers", "CCurl", "MailSMTP", "DNSProviders",
        "CCAres", "DNSResolver", "ACME", "CHiredis", "Redis", "TenancyRedis",
    ]

    /// Who may use a concrete target, beside the composers.
    static let users: [String: Set<String>] = [
        "CLibPQ": ["Postgres"], "Postgres": ["TenancyPostgres"], "CCurl": ["MailSMTP"],
        "CCAres": ["DNSResolver"], "CHiredis": ["Redis"], "Redis": ["TenancyRedis"],
    ]

    /// Targets that decide and know no technology.
    static let pure: Set<String> = ["Tenancy", "Workflow", "DNS", "Mail", "PgBouncer"]

    /// Products of others that are neither database nor HTTP nor vendor: log, lifetime of services, templates of text.
    static let neutral: Set<String> = ["Logging", "ServiceLifecycle", "Mustache"]

    /// Modules that come with Swift or the system.
    static let system: Set<String> = [
        "Swift", "Foundation", "FoundationEssentials", "FoundationNetworking", "FoundationXML", "Synchronization",
        "Dispatch",
        "Glibc", "Musl", "Darwin", "Bionic", "Observation", "RegexBuilder",
    ]

    /// The house's settings, as the manifest prints them.
    static let settings: Set<String> = [
        "swiftLanguageMode(6)", "treatAllWarnings(error)",
        "enableUpcomingFeature(ExistentialAny)", "enableUpcomingFeature(MemberImportVisibility)",
        "enableUpcomingFeature(InternalImportsByDefault)", "enableUpcomingFeature(NonisolatedNonsendingByDefault)",
    ]
}
