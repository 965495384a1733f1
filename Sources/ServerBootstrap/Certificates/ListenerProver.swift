import Certificates
import ControlPlane
import Foundation
import TLS
import Workflow

/// Proves by a handshake with the listener that its certificate covers a host.
struct ListenerProver: HandshakeProver {
    /// Where the listener is; nil is wherever the host itself leads.
    let listener: ServerConfiguration.Listener?
    /// The port at which the host itself is reached.
    let publicPort: Int
    let probe: HandshakeProbe

    func prove(_ host: String) async throws -> JSONDocument {
        let address = self.listener?.host ?? host
        let port = self.listener?.port ?? self.publicPort
        do {
            let seen = try await self.probe.run(for: host, at: address, port: port)
            return ["host": .string(host), "handshake": try JSONDocument(encoding: seen)]
        } catch let error as ProbeError {
            // All of it may pass: a listener starts, a certificate is renewed.
            throw StepFailure(
                error.description, retry: .withBackoff,
                evidence: try error.evidence.map { ["handshake": try JSONDocument(encoding: $0)] }, cause: error)
        }
    }
}
