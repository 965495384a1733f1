import ArgumentParser
import Tenancy

/// `bulkhead demo`.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo", abstract: "Fill an installation with invented tenants, for trying and measuring.",
        subcommands: [DemoSeedCommand.self, DemoTokensCommand.self])
}

/// The invented tenants: `t0001`, `t0002`, ...
enum DemoTenant {
    /// How many there can be.
    static let limit = 9_999

    /// The label of the tenant with this number, from 1.
    static func subdomain(_ number: Int) -> String {
        let digits = String(number)
        return "t" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    /// Refuses a number of tenants that there cannot be.
    static func check(_ tenants: Int) throws {
        guard (1...Self.limit).contains(tenants) else {
            throw ArgumentParser.ValidationError("--tenants must be from 1 to \(Self.limit), not \(tenants).")
        }
    }
}
