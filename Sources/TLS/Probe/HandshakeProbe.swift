public import Certificates
import Foundation

/// Finds out by a real handshake what a listener shows to those who ask for a host.
///
/// No request is sent. The name, the dates and the way to a root are checked here, so that a failure says which of them
/// it was; that the server holds the key is proved by the handshake itself.
public struct HandshakeProbe: Sendable {
    private let roots: TrustRoots
    private let acceptsAnyIssuer: Bool

    /// A probe.
    ///
    /// - Parameters:
    ///   - roots: whose word is taken.
    ///   - acceptsAnyIssuer: whether a certificate that leads to none of the roots is evidence, too, with
    ///     `isTrusted` false; for authorities that only clients know.
    public init(trusting roots: TrustRoots = .system, acceptsAnyIssuer: Bool = false) {
        self.roots = roots
        self.acceptsAnyIssuer = acceptsAnyIssuer
    }

    /// Does a handshake for a host.
    ///
    /// - Parameters:
    ///   - host: the name that is asked for (SNI, RFC 6066) and has to be covered.
    ///   - address: where to dial, a name or an IP address; usually not `host`, which need not resolve yet.
    ///   - port: where to dial.
    ///   - deadline: for everything together.
    /// - Throws: ``ProbeError``; `CancellationError`.
    public func run(
        for host: String, at address: String, port: Int, within deadline: Duration = .seconds(5)
    ) async throws -> HandshakeEvidence {
        let attempt = try HandshakeAttempt(host: host, address: address, port: port)
        let handshake = try await attempt.run(within: deadline)
        let chain: ReceivedChain
        do {
            chain = try ReceivedChain(der: handshake.chain)
        } catch {
            throw ProbeError(.handshakeFailed, "\(address):\(port): \(error)")
        }
        let evidence = HandshakeEvidence(
            version: handshake.version, applicationProtocol: handshake.applicationProtocol, chain: chain, host: host,
            isTrusted: await chain.isTrusted(by: self.roots))
        try self.judge(evidence, host, Date())
        return evidence
    }

    private func judge(_ evidence: HandshakeEvidence, _ host: String, _ date: Date) throws(ProbeError) {
        if date > evidence.notAfter {
            let end = evidence.notAfter.formatted(.iso8601)
            throw ProbeError(.expired, "the certificate for \(host) expired at \(end); renew it", evidence: evidence)
        }
        if date < evidence.notBefore {
            let start = evidence.notBefore.formatted(.iso8601)
            throw ProbeError(
                .notYetValid, "the certificate for \(host) is valid from \(start) only; check the clocks",
                evidence: evidence)
        }
        guard evidence.isCovered else {
            throw ProbeError(
                .nameMismatch,
                "the certificate is for \(evidence.names.joined(separator: ", ")) and does not cover \(host); "
                    + "request one that does",
                evidence: evidence)
        }
        guard evidence.isTrusted || self.acceptsAnyIssuer else {
            throw ProbeError(
                .untrusted,
                "the certificate for \(host) by \(evidence.issuer) leads to no authority that is trusted here; "
                    + "send the intermediate certificates, or name the authority",
                evidence: evidence)
        }
    }
}
