import BulkheadHummingbird
import ControlPlane
import Foundation

extension CertificateStatus {
    /// Whether somebody who comes by HTTPS is served.
    var readiness: ReadinessCheck.Outcome {
        let until = "valid until \(self.notAfter.formatted(.iso8601))"
        switch self.state {
        case .valid: return .ready(until)
        case .due: return .ready("\(until), and was not renewed: \(self.lastError?.detail ?? "nobody knows why")")
        case .expired: return .failed("expired; \(self.lastError?.detail ?? "renew it")")
        case .provisional: return .failed("there is none yet; \(self.lastError?.detail ?? "it is being got")")
        }
    }
}
