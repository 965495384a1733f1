import ACME
import Certificates
import ControlPlane
import Foundation
import Logging
import ServiceLifecycle
import Tenancy

/// Gets the certificate when there is none and renews it in time: one process at a time, for all.
struct CertificateRenewal: Service {
    let issuer: ACMEIssuer
    let names: [String]
    let shared: CertificateSharing
    let leases: any LeaseRepository
    let holder: String
    let logger: Logger
    /// How often the catalog is looked at.
    var interval = Duration.seconds(5)
    /// For how long a process that says nothing is taken to be at it.
    var leaseTime = Duration.seconds(60)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await self.round()
                } catch {
                    guard !Task.isCancelled else { return }
                    self.logger.warning("Certificate not renewed", metadata: ["error": "\(error)"])
                }
                do { try await ContinuousClock().sleep(for: self.interval) } catch { return }
            }
        }
    }

    private func round() async throws {
        guard self.standing(try await self.shared.found()).isDue,
            let lease = try await self.leases.acquire(.certificate, by: self.holder, for: self.leaseTime)
        else { return }
        do {
            try await self.renew(under: lease)
        } catch {
            try await self.toTheEnd { try await self.leases.release(lease) }
            throw error
        }
        try await self.toTheEnd { try await self.leases.release(lease) }
    }

    private func renew(under lease: Lease) async throws {
        // Somebody may have done it in the meantime.
        let found = try await self.shared.found()
        let standing = self.standing(found)
        guard standing.isDue else { return }
        if let fault = standing.fault {
            self.logger.warning("Certificate of the catalog cannot be used", metadata: ["reason": "\(fault)"])
        }
        let bundle: CertificateBundle
        do {
            if let account = self.account(of: found) { try await self.issuer.adopt(account) }
            bundle = try await LeaseKeeping(lease: lease, leases: self.leases, time: self.leaseTime).during {
                try await self.issuer.obtain(replacing: standing.bundle)
            }
        } catch let error as ACMEError {
            return try await self.failed(error, found.state)
        }
        // Got at the price of an order: a shutdown does not keep it from the others.
        try await self.toTheEnd { try await self.store(bundle, in: found) }
    }

    private func store(_ bundle: CertificateBundle, in found: CertificateSharing.Found) async throws {
        var state = found.state
        state.succeeded(at: Date())
        let account = await self.account()
        guard try await self.shared.replace(found, with: bundle, account: account, state: state) else { return }
        self.logger.notice("Certificate renewed", metadata: ["certificate": "\(bundle)"])
    }

    private func failed(_ error: ACMEError, _ before: RenewalState) async throws {
        guard error.code != .cancelled else { return }
        var state = before
        state.failed(error, at: Date())
        self.logger.error(
            "Certificate not renewed; the old one stays in use",
            metadata: [
                "error": "\(String(reflecting: error))",
                "nextAttempt": "\(state.retryAt?.formatted(.iso8601) ?? "now")",
            ])
        // With an account that was made on the way: the next attempt, wherever it is, needs no other.
        let (note, account) = (state, await self.account())
        try await self.toTheEnd { try await self.shared.note(note, account: account) }
    }

    /// Does what a shutdown must not leave undone, in a task that is not cancelled with this one and is awaited here.
    private func toTheEnd(_ body: @escaping @Sendable () async throws -> Void) async throws {
        // See above.
        try await Task { try await body() }.value
    }
}

extension CertificateRenewal {
    /// What there is, and whether to do something about it.
    private struct Standing {
        let bundle: CertificateBundle?
        let fault: String?
        let isDue: Bool
    }

    /// A certificate that cannot be read, or is for other names, is as good as none.
    private func standing(_ found: CertificateSharing.Found) -> Standing {
        var (bundle, fault): (CertificateBundle?, String?)
        do { bundle = try self.shared.bundle(of: found) } catch { fault = "\(error)" }
        let fitting = bundle.flatMap { self.names.allSatisfy($0.names.contains) ? CertificateLifetime($0) : nil }
        let plan = RenewalPlan(for: fitting, after: found.state, at: Date())
        if case .wait = plan { return Standing(bundle: bundle, fault: fault, isDue: false) }
        return Standing(bundle: bundle, fault: fault, isDue: true)
    }

    /// The account that all share; without one that can be read another is made.
    private func account(of found: CertificateSharing.Found) -> ACMEAccount? {
        do {
            return try self.shared.account(of: found)
        } catch {
            self.logger.warning("Account of the catalog cannot be used", metadata: ["reason": "\(error)"])
            return nil
        }
    }

    /// The account that this process has now; a certificate is not to be lost for want of it.
    private func account() async -> ACMEAccount? {
        do {
            return try await self.issuer.account()
        } catch {
            self.logger.warning("Account not shared", metadata: ["error": "\(String(reflecting: error))"])
            return nil
        }
    }
}
