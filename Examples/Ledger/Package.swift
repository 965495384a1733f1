// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "Ledger",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "bulkhead", path: "../.."),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1"),
    ],
    targets: [
        .executableTarget(
            name: "Ledger",
            dependencies: [
                .product(name: "BulkheadServer", package: "bulkhead"),
                .product(name: "Hummingbird", package: "hummingbird"),
            ],
            resources: [.copy("Tables")])
    ]
)
