import ControlPlane
import Foundation
import Synchronization
import Tenancy

extension MemoryCatalog: CertificateOverview {
    func certificates() async throws -> [CertificateStatus] { self.state.withLock { $0.certificates } }
}

extension MemoryCatalog: ZoneReportRepository {
    func save(_ report: ZoneReport, as kind: ZoneReportKind) async throws {
        self.state.withLock { $0.zoneReports[kind] = (report, Date(timeIntervalSince1970: 1_800_000_000)) }
    }

    func age(of kind: ZoneReportKind) async throws -> Duration? {
        self.state.withLock { $0.zoneReports[kind].map { _ in .zero } }
    }

    func reports() async throws -> [ZoneReportKind: (report: ZoneReport, at: Date)] {
        self.state.withLock { $0.zoneReports }
    }
}
