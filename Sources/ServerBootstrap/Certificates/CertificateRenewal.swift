import ACME
import Certificates
import Foundation
import Logging
import ServiceLifecycle
import Tenancy

/// Gets the certificate when there is none and renews it in time: one process at a time, for all.
struct CertificateRenewal: Service {
    /// How often the catalog is looked at.
    private static let interval = Duration.seconds(5)
    /// For how long a process that says nothing is taken to be at it.
    private static let leaseTime = Duration.seconds(60)

    let issuer: ACMEIssuer
    let names: [String]
    let shared: CertificateSharing
    let leases: any LeaseRepository
    let holder: String
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await self.round()
                do { try await ContinuousClock().sleep(for: Self.interval) } catch { return }
            }
        }
    }

    private func round() async {
        do {
            guard try await self.isDue(),
                let lease = try await self.leases.acquire(.certificate, by: self.holder, for: Self.leaseTime)
            else { return }
            do {
                try await self.renew(under: lease)
            } catch {
                try await self.leases.release(lease)
                throw error
            }
            try await self.leases.release(lease)
        } catch is CancellationError {
            return
        } catch {
            self.logger.warning("Certificate not renewed", metadata: ["error": "\(error)"])
        }
    }

    private func isDue() async throws -> Bool {
        let found = try await self.shared.found()
        return self.plan(found).isDue
    }

    private func plan(_ found: CertificateSharing.Found) -> RenewalPlan {
        let usable = found.bundle.flatMap { bundle in
            self.names.allSatisfy(bundle.names.contains) ? CertificateLifetime(bundle) : nil
        }
        return RenewalPlan(for: usable, after: found.state, at: Date())
    }

    private func renew(under lease: Lease) async throws {
        // Somebody may have done it in the meantime.
        let found = try await self.shared.found()
        guard self.plan(found).isDue else { return }
        var state = found.state
        do {
            if let account = try self.shared.account(of: found.record) { try await self.issuer.adopt(account) }
            let bundle = try await self.keeping(lease) { try await self.issuer.obtain(replacing: found.bundle) }
            state.succeeded(at: Date())
            let account = try await self.issuer.account()
            guard try await self.shared.replace(found, with: bundle, account: account, state: state) else { return }
            self.logger.notice("Certificate renewed", metadata: ["certificate": "\(bundle)"])
        } catch let error as ACMEError {
            guard error.code != .cancelled else { return }
            state.failed(error, at: Date())
            try await self.shared.note(state)
            self.logger.error(
                "Certificate not renewed; the old one stays in use",
                metadata: [
                    "error": "\(String(reflecting: error))",
                    "nextAttempt": "\(state.retryAt?.formatted(.iso8601) ?? "now")",
                ])
        }
    }

    /// Keeps the lease while `body` works, and ends that if the lease is lost.
    private func keeping<Value: Sendable>(
        _ lease: Lease, _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                repeat {
                    try await ContinuousClock().sleep(for: Self.leaseTime / 4)
                } while try await self.leases.renew(lease, for: Self.leaseTime)
                return nil
            }
            defer { group.cancelAll() }
            guard let first = try await group.next(), let value = first else { throw CancellationError() }
            return value
        }
    }
}

extension RenewalPlan {
    fileprivate var isDue: Bool {
        if case .wait = self { false } else { true }
    }
}
