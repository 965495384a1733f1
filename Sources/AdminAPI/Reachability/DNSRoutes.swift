import BulkheadHummingbird
import Foundation
import Hummingbird
import Tenancy

/// What the last looks at the zone showed.
struct DNSRoutes: RouteGroup {
    let reports: any ZoneReportRepository

    var routes: [Route<BulkheadContext>] {
        [
            Route(RouteEntry(.get, "/api/admin/dns", side: .admin, requires: .administrator)) { _, _ in
                Response.json(DNSDocument(reports: try await self.reports.reports()))
            }
        ]
    }
}

/// The last looks at the zone as the admin API shows them.
struct DNSDocument: JSONWritable {
    let reports: [ZoneReportKind: (report: ZoneReport, at: Date)]

    func write(to json: inout JSONWriter) {
        json.object { json in
            for kind in ZoneReportKind.allCases {
                switch kind {
                case .reconciliation: json.name("reconciliation")
                case .scan: json.name("scan")
                }
                guard let (report, at) = self.reports[kind] else {
                    json.null()
                    continue
                }
                Self.write(report, at, to: &json)
            }
        }
    }

    private static func write(_ report: ZoneReport, _ at: Date, to json: inout JSONWriter) {
        json.object { json in
            json.member("at", at)
            json.member("provider", report.provider)
            json.member("zone", report.zone)
            json.member("wanted", report.wanted)
            json.member("changed", report.changed)
            if let failure = report.failure { json.member("failure", failure) }
            json.name("findings")
            json.array { json in
                for finding in report.findings {
                    json.object { json in
                        json.member("name", finding.name)
                        json.member("detail", finding.detail)
                    }
                }
            }
        }
    }
}
