public import Tenancy
public import Workflow

/// Shakes hands with the listener under a tenant's name.
public protocol HandshakeProver: Sendable {
    /// Connects as a browser would.
    ///
    /// - Returns: what was seen: protocol, certificate, issuer, until when.
    /// - Throws: `StepFailure` if the certificate does not cover the name or cannot be shown.
    func prove(_ host: String) async throws -> JSONDocument
}

/// Proves that the certificate covers the tenant's host, by a handshake with the listener.
public struct CertificateStep: WorkflowStep {
    private let prover: any HandshakeProver
    private let base: BaseDomain

    /// A step for names under `base`.
    public init(prover: any HandshakeProver, base: BaseDomain) {
        self.prover = prover
        self.base = base
    }

    /// The step's name.
    public var name: StepName { "certificate" }
    /// A handshake is quick; the first certificate of an installation may take some minutes to come.
    public var policy: StepPolicy {
        StepPolicy(
            timeout: .seconds(30), retry: RetryPolicy(maximumAttempts: 30, base: .seconds(1), cap: .seconds(30)))
    }
    /// None: it only looks.
    public var effect: StepEffect { .none }

    /// Shakes hands.
    public func perform(_ order: TenantOrder, in context: StepContext) async throws -> StepResult<NoOutput> {
        StepResult(evidence: try await self.prover.prove(self.base.host(of: order.new.subdomain)))
    }

    /// The certificate is everybody's and stays.
    public func undo(_ order: TenantOrder, output: NoOutput?, in context: StepContext) async throws -> JSONDocument {
        ["certificate": "unchanged"]
    }
}
