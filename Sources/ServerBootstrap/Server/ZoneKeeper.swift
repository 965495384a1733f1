import ControlPlane
import DNS
import Logging
import ServiceLifecycle
import Tenancy

/// Brings the zone to what tenants want on a period, and looks once a day for what dangles.
struct ZoneKeeper: Service {
    /// How often dangling names are looked for.
    private static let scanInterval = Duration.seconds(86_400)

    let reconciler: ZoneReconciler
    let interval: Duration
    let logger: Logger

    /// Keeps the zone until graceful shutdown.
    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await self.trying("Zone not reconciled") {
                    guard let report = try await self.reconciler.reconcileIfDue(every: self.interval * 0.9) else {
                        return
                    }
                    self.tell(report, "Zone reconciled")
                }
                await self.trying("Zone not scanned") {
                    guard let report = try await self.reconciler.scanIfDue(every: Self.scanInterval) else { return }
                    self.tell(report, "Zone scanned")
                }
                do { try await ContinuousClock().sleep(for: self.interval) } catch { return }
            }
        }
    }

    private func tell(_ report: ZoneReport, _ what: Logger.Message) {
        let isFine = report.findings.isEmpty && report.failure == nil
        let level: Logger.Level = !isFine ? .warning : report.changed > 0 ? .notice : .debug
        self.logger.log(
            level: level, what,
            metadata: [
                "zone": "\(report.zone)", "provider": "\(report.provider)", "wanted": "\(report.wanted)",
                "changed": "\(report.changed)", "findings": "\(report.findings.map(\.name))",
                "failure": "\(report.failure ?? "none")",
            ])
    }

    private func trying(_ what: Logger.Message, _ body: () async throws -> Void) async {
        do {
            try await body()
        } catch is CancellationError {
            return
        } catch {
            self.logger.warning(what, metadata: ["error": "\(String(reflecting: error))"])
        }
    }
}
