// swift-tools-version: 6.2
import PackageDescription

/// One set of rules for every target of ours; see docs/architecture.md.
let house: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let atomics: Target.Dependency = .product(name: "Atomics", package: "swift-atomics")
let asyncHTTPClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")
let configuration: Target.Dependency = .product(name: "Configuration", package: "swift-configuration")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let cryptoExtras: Target.Dependency = .product(name: "CryptoExtras", package: "swift-crypto")
let certificates: Target.Dependency = .product(name: "X509", package: "swift-certificates")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore: Target.Dependency = .product(name: "HummingbirdCore", package: "hummingbird")
let hummingbirdTesting: Target.Dependency = .product(name: "HummingbirdTesting", package: "hummingbird")
let hummingbirdHTTP2: Target.Dependency = .product(name: "HummingbirdHTTP2", package: "hummingbird")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let mustache: Target.Dependency = .product(name: "Mustache", package: "swift-mustache")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioHTTP2: Target.Dependency = .product(name: "NIOHTTP2", package: "swift-nio-http2")
let nioHTTPTypes: Target.Dependency = .product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let nioHTTPTypesHTTP1: Target.Dependency = .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let nioTLS: Target.Dependency = .product(name: "NIOTLS", package: "swift-nio")
let serviceLifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let subprocess: Target.Dependency = .product(name: "Subprocess", package: "swift-subprocess")
let swiftASN1: Target.Dependency = .product(name: "SwiftASN1", package: "swift-asn1")
let unixSignals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")

let package = Package(
    name: "bulkhead",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "Postgres", targets: ["Postgres"]),
        .library(name: "Tenancy", targets: ["Tenancy"]),
        .library(name: "TenancyPostgres", targets: ["TenancyPostgres"]),
        .library(name: "Identity", targets: ["Identity"]),
        .library(name: "Redis", targets: ["Redis"]),
        .library(name: "TenancyRedis", targets: ["TenancyRedis"]),
        .library(name: "EdgeGateway", targets: ["EdgeGateway"]),
        .library(name: "BulkheadHummingbird", targets: ["BulkheadHummingbird"]),
        .library(name: "BulkheadServer", targets: ["BulkheadServer"]),
        .library(name: "Workflow", targets: ["Workflow"]),
        .library(name: "WorkflowTestKit", targets: ["WorkflowTestKit"]),
        .library(name: "DNS", targets: ["DNS"]),
        .library(name: "DNSProviders", targets: ["DNSProviders"]),
        .library(name: "DNSTestKit", targets: ["DNSTestKit"]),
        .executable(name: "bulkhead", targets: ["bulkhead"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-asn1.git", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-atomics.git", from: "1.3.0"),
        .package(url: "https://github.com/apple/swift-certificates.git", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-configuration.git", from: "1.4.0", traits: ["YAML"]),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras.git", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-http2.git", from: "1.46.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.6"),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache.git", from: "2.1.1"),
        .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess.git", from: "1.0.2"),
    ],
    targets: [
        // Technologies that know no tenant.
        .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"]), .brew(["libpq"])]),
        .target(name: "Postgres", dependencies: ["CLibPQ", logging, serviceLifecycle], swiftSettings: house),
        .target(name: "LocalServers", dependencies: [logging], swiftSettings: house),
        .target(name: "PgBouncer", swiftSettings: house),

        .target(name: "DNS", swiftSettings: house),
        .target(name: "DNSTestKit", dependencies: ["DNS"], swiftSettings: house),
        .target(
            name: "DNSProviders", dependencies: ["DNS", asyncHTTPClient, crypto, nioCore, nioHTTP1],
            swiftSettings: house),
        .systemLibrary(
            name: "CCAres", pkgConfig: "libcares", providers: [.apt(["libc-ares-dev"]), .brew(["c-ares"])]),
        .target(name: "DNSResolver", dependencies: ["DNS", "CCAres"], swiftSettings: house),
        .target(name: "Certificates", dependencies: [certificates, swiftASN1, crypto], swiftSettings: house),
        .target(
            name: "ACME", dependencies: ["Certificates", subprocess, logging], swiftSettings: house),
        // Not through pkg-config: what it says of hiredis has a flag that the package manager warns about.
        .systemLibrary(name: "CHiredis", providers: [.apt(["libhiredis-dev"]), .brew(["hiredis"])]),
        .target(
            name: "Redis", dependencies: ["CHiredis", nioCore, nioPosix, nioSSL, logging, serviceLifecycle],
            swiftSettings: house),
        .target(name: "Workflow", dependencies: [logging, serviceLifecycle], swiftSettings: house),
        .target(name: "WorkflowTestKit", dependencies: ["Workflow", logging], swiftSettings: house),
        .systemLibrary(
            name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"]), .brew(["curl"])]),
        .target(name: "Mail", dependencies: [mustache], resources: [.copy("Templates")], swiftSettings: house),
        .target(name: "MailSMTP", dependencies: ["Mail", "CCurl", logging], swiftSettings: house),

        // The domain.
        .target(name: "Tenancy", swiftSettings: house),
        .target(name: "Identity", dependencies: ["Tenancy", crypto, cryptoExtras], swiftSettings: house),
        .target(
            name: "TenancyPostgres",
            dependencies: [
                "Postgres", "Tenancy", "Identity", "Workflow", crypto, cryptoExtras, logging, serviceLifecycle,
            ],
            resources: [.copy("Migrations")],
            swiftSettings: house),
        .target(
            name: "TenancyRedis", dependencies: ["Redis", "Tenancy", crypto, logging, serviceLifecycle],
            swiftSettings: house),
        .target(
            name: "ControlPlane", dependencies: ["Tenancy", "Identity", "Workflow", "Mail", "DNS", logging],
            swiftSettings: house),

        // HTTP.
        .target(
            name: "BulkheadHummingbird",
            dependencies: ["Tenancy", "Identity", hummingbird, httpTypes, crypto, logging, nioCore, nioHTTP1],
            swiftSettings: house),
        .target(
            name: "TLS",
            dependencies: [
                "Certificates", hummingbird, hummingbirdCore, hummingbirdHTTP2, httpTypes, logging, nioCore, nioHTTP1,
                nioHTTP2, nioPosix, nioSSL, nioTLS, serviceLifecycle,
            ],
            swiftSettings: house),
        .target(
            name: "AdminAPI",
            dependencies: [
                "BulkheadHummingbird", "ControlPlane", "Tenancy", "Identity", "Workflow", "Mail", hummingbird,
                httpTypes, logging, nioCore, serviceLifecycle,
            ],
            swiftSettings: house),
        .target(
            name: "TenantAPI",
            dependencies: ["BulkheadHummingbird", "ControlPlane", "Tenancy", "Identity", hummingbird, httpTypes],
            swiftSettings: house),

        .target(
            name: "EdgeGateway",
            dependencies: [
                "BulkheadHummingbird", "TLS", "Tenancy", "Identity", hummingbird, hummingbirdCore, httpTypes, logging,
                nioCore, nioHTTP1, nioHTTPTypes, nioHTTPTypesHTTP1, nioPosix, nioSSL, serviceLifecycle,
            ],
            swiftSettings: house),

        // Composition and the command.
        .target(
            name: "ServerBootstrap",
            dependencies: [
                "Postgres", "LocalServers", "Tenancy", "Identity", "TenancyPostgres", "ControlPlane",
                "BulkheadHummingbird", "AdminAPI", "TenantAPI", "Workflow", "Mail", "MailSMTP", "DNS", "DNSProviders",
                "DNSResolver", "Certificates", "TLS", "ACME", "PgBouncer", "Redis", "TenancyRedis", "EdgeGateway",
                asyncHTTPClient, hummingbird, hummingbirdCore, httpTypes, configuration, crypto, logging, nioCore,
                serviceLifecycle, unixSignals,
            ],
            swiftSettings: house),
        .executableTarget(
            name: "bulkhead",
            dependencies: [
                "ServerBootstrap", "LocalServers", "PgBouncer", "Postgres", "Tenancy", "TenancyPostgres",
                "ControlPlane", "Identity", "Workflow", argumentParser, configuration, logging, serviceLifecycle,
            ],
            swiftSettings: house),

        // For applications: everything in one program, and one that shows how.
        .target(
            name: "BulkheadServer",
            dependencies: [
                "ServerBootstrap", "BulkheadHummingbird", "Postgres", "Tenancy", "TenancyPostgres", hummingbird,
                logging,
            ],
            swiftSettings: house),
        .executableTarget(
            name: "Ledger", dependencies: ["BulkheadServer", hummingbird], path: "Examples/Ledger/Sources/Ledger",
            resources: [.copy("Tables")], swiftSettings: house),

        // Tests.
        .target(
            name: "TestSupport",
            dependencies: [
                "LocalServers", "Postgres", "Tenancy", "TenancyPostgres", "Identity", "Workflow", logging,
            ],
            path: "Tests/TestSupport",
            swiftSettings: house),
        .target(
            name: "DNSTestSupport", dependencies: ["LocalServers"], path: "Tests/DNSTestSupport", swiftSettings: house),
        .target(name: "TenancyTestSupport", path: "Tests/TenancyTestSupport", swiftSettings: house),
        .testTarget(
            name: "ArchitectureTests", swiftSettings: house),
        .testTarget(
            name: "LocalServersTests", dependencies: ["LocalServers", "TestSupport"], swiftSettings: house),
        .testTarget(name: "PgBouncerTests", dependencies: ["PgBouncer"], swiftSettings: house),
        .testTarget(
            name: "PostgresTests",
            dependencies: ["Postgres", "LocalServers", "TestSupport", logging, serviceLifecycle],
            swiftSettings: house),
        .testTarget(name: "DNSTests", dependencies: ["DNS", "DNSTestKit"], swiftSettings: house),
        .testTarget(
            name: "DNSProvidersTests",
            dependencies: [
                "DNS", "DNSProviders", "DNSTestKit", "DNSTestSupport", "LocalServers", asyncHTTPClient, hummingbird,
                hummingbirdCore, httpTypes, logging, nioCore, nioHTTP1, nioPosix, serviceLifecycle,
            ],
            swiftSettings: house),
        .target(
            name: "RedisTestSupport", dependencies: ["LocalServers"], path: "Tests/RedisTestSupport",
            swiftSettings: house),
        .testTarget(
            name: "RedisTests",
            dependencies: [
                "Redis", "RedisTestSupport", "LocalServers", nioCore, nioPosix, nioSSL, logging, serviceLifecycle,
            ],
            swiftSettings: house),
        .testTarget(
            name: "DNSResolverTests", dependencies: ["DNS", "DNSResolver", "DNSTestSupport"], swiftSettings: house),
        .testTarget(
            name: "CertificatesTests", dependencies: ["Certificates", certificates, swiftASN1, crypto],
            swiftSettings: house),
        .testTarget(
            name: "TLSTests",
            dependencies: [
                "TLS", "Certificates", "LocalServers", asyncHTTPClient, hummingbird, hummingbirdCore, httpTypes,
                logging,
                nioCore, nioHTTP1, nioPosix, nioSSL, serviceLifecycle,
            ],
            swiftSettings: house),
        .testTarget(
            name: "ACMETests", dependencies: ["ACME", "Certificates", "DNSTestSupport", "LocalServers", logging],
            swiftSettings: house),
        .testTarget(
            name: "WorkflowTests", dependencies: ["Workflow", "WorkflowTestKit", logging, serviceLifecycle],
            swiftSettings: house),
        .testTarget(name: "MailTests", dependencies: ["Mail"], swiftSettings: house),
        .testTarget(
            name: "MailSMTPTests", dependencies: ["MailSMTP", "Mail", "LocalServers", "TestSupport", logging],
            swiftSettings: house),
        .testTarget(name: "TenancyTests", dependencies: ["Tenancy"], swiftSettings: house),
        .testTarget(
            name: "IdentityTests", dependencies: ["Identity", "Tenancy", crypto], swiftSettings: house),
        .testTarget(
            name: "ControlPlaneTests",
            dependencies: ["ControlPlane", "Identity", "Tenancy", "Workflow", "WorkflowTestKit", "Mail", logging],
            swiftSettings: house),
        .testTarget(
            name: "TenancyPostgresTests",
            dependencies: [
                "TenancyPostgres", "Postgres", "Tenancy", "Identity", "Workflow", "WorkflowTestKit", "LocalServers",
                "TestSupport", crypto, logging,
            ],
            swiftSettings: house),
        .testTarget(
            name: "BulkheadHummingbirdTests",
            dependencies: [
                "TenancyTestSupport", "BulkheadHummingbird", "AdminAPI", "TenantAPI", "ControlPlane", "Tenancy",
                "Identity", "Workflow",
                "Mail",
                "WorkflowTestKit", hummingbird, hummingbirdCore, hummingbirdTesting, httpTypes, nioCore, logging,
            ],
            swiftSettings: house),
        .testTarget(
            name: "TenancyRedisTests",
            dependencies: [
                "TenancyRedis", "Redis", "RedisTestSupport", "Tenancy", "LocalServers", logging, serviceLifecycle,
            ],
            swiftSettings: house),
        .target(
            name: "EdgeTestSupport", dependencies: ["Certificates", "TLS", nioCore, nioPosix, nioSSL],
            path: "Tests/EdgeTestSupport", swiftSettings: house),
        .testTarget(
            name: "EdgeGatewayTests",
            dependencies: [
                "TenancyTestSupport", "EdgeTestSupport", "EdgeGateway", "BulkheadHummingbird", "TLS", "Certificates",
                "Tenancy", "Identity", "LocalServers",
                asyncHTTPClient, hummingbird, hummingbirdCore, httpTypes, logging, nioCore, nioHTTP1, nioPosix, nioSSL,
                serviceLifecycle,
            ],
            swiftSettings: house),
        .testTarget(
            name: "IntegrationTests",
            dependencies: [
                "BulkheadServer", "Redis", "RedisTestSupport", "TenancyRedis", "EdgeGateway", "ServerBootstrap",
                "AdminAPI", "TenantAPI",
                "BulkheadHummingbird", "ControlPlane", "TenancyPostgres",
                "Postgres", "Tenancy", "Identity", "LocalServers", "TestSupport", "Workflow", "WorkflowTestKit", "Mail",
                "DNS", "DNSProviders", "DNSResolver", "DNSTestKit", "DNSTestSupport", "Certificates", "TLS", "ACME",
                asyncHTTPClient, hummingbird, hummingbirdCore, httpTypes, nioCore, logging, serviceLifecycle,
            ],
            swiftSettings: house),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "DNS", "DNSResolver", "DNSTestSupport", "EdgeTestSupport", "LocalServers", "PgBouncer", "Postgres",
                "RedisTestSupport", "Tenancy", "TestSupport", "bulkhead", "Ledger", logging,
            ],
            swiftSettings: house),
    ]
)
