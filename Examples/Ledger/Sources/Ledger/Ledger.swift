import BulkheadServer
import Foundation
import Hummingbird

/// Double-entry book-keeping for many companies: each has its own books, at its own address.
@main
struct Ledger {
    static func main() async {
        let tables = Bundle.module.bundleURL.appending(path: "Tables")
        await BulkheadServer(tables: tables, problems: Self.problem) { router in
            Accounts().add(to: router.group("api/ledger/accounts"))
            Entries().add(to: router.group("api/ledger/entries"))
        }.main()
    }

    /// What the tables' own rules mean for a client.
    @Sendable private static func problem(_ error: any Error) -> ProblemDetails? {
        switch (error as? PostgresError)?.sqlState {
        case .uniqueViolation:
            ProblemDetails("account-exists", .conflict, title: "The name is taken", detail: "Choose another name.")
        case .foreignKeyViolation:
            ProblemDetails("no-account", .unprocessableContent, title: "No such account", detail: "Open it first.")
        case .checkViolation:
            ProblemDetails(
                "unacceptable", .unprocessableContent, title: "Not acceptable",
                detail: "Names have 1 to 100 characters, amounts are positive, and the two accounts differ.")
        default: nil
        }
    }
}
