// swift-tools-version: 6.2
import PackageDescription

let house: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")

// A package of its own, so that the library's manifest carries nothing for benchmarks.
let package = Package(
    name: "Benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "bulkhead", path: ".."),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
    ],
    targets: [
        .executableTarget(
            name: "TenantReads", dependencies: [.product(name: "Postgres", package: "bulkhead"), logging],
            swiftSettings: house),
        .executableTarget(
            name: "Lookups",
            dependencies: [
                .product(name: "Tenancy", package: "bulkhead"), .product(name: "TenancyRedis", package: "bulkhead"),
                .product(name: "Redis", package: "bulkhead"), .product(name: "Identity", package: "bulkhead"),
                .product(name: "TenancyPostgres", package: "bulkhead"), logging,
            ],
            swiftSettings: house),
    ]
)
