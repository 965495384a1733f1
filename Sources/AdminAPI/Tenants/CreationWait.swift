import BulkheadHummingbird
import ControlPlane
import HTTPTypes
import Hummingbird
import Logging
import ServiceLifecycle
import Tenancy

/// Waits for a tenant that is being made, on behalf of a client that would rather wait than come back (RFC 7240).
///
/// Requests with one key are answered alike however many of them wait: the first one that sees the tenant done stores
/// its answer, and the others give that. So the answer to a key changes at most from "it is being made" to how that
/// ended.
struct CreationWait: Sendable {
    let provisioning: ProvisioningService
    let idempotency: any IdempotencyRepository
    let documents: TenantDocuments

    /// The response to a request for a tenant.
    ///
    /// - Parameters:
    ///   - once: what came of the request.
    ///   - key: under which its answer is kept; nil if it is not.
    ///   - wait: what the client wishes; nil if it does not want to wait.
    func response(
        to once: Once<Tenant>, key: IdempotencyKey?, wait: WaitPreference?, logger: Logger
    ) async -> Response {
        let (answer, isReplayed) = self.begun(once)
        guard let wait else { return Response(answer, isReplayed: isReplayed) }
        do {
            let better = try await self.outcome(of: answer, wait, key)
            var response = Response(better, isReplayed: isReplayed)
            response.headers[.preferenceApplied] = wait.applied
            return response
        } catch {
            // The tenant is being made all the same, and the client is told that.
            logger.info("Waiting for a tenant ended early", metadata: ["error": "\(error)"])
            return Response(answer, isReplayed: isReplayed)
        }
    }

    private func begun(_ once: Once<Tenant>) -> (StoredAnswer, isReplayed: Bool) {
        switch once {
        case .done(let tenant): return (self.documents.answer(creating: tenant), false)
        case .answered(let stored): return (stored, true)
        }
    }

    /// The answer once the tenant is made, or `answer` if that takes longer.
    ///
    /// - Throws: if waiting fails, or the server is stopping.
    private func outcome(
        of answer: StoredAnswer, _ wait: WaitPreference, _ key: IdempotencyKey?
    ) async throws -> StoredAnswer {
        guard answer.status == HTTPResponse.Status.accepted.code, let id = TenantDocuments.tenant(of: answer) else {
            return answer
        }
        let provisioning = self.provisioning
        let tenant = try await cancelWhenGracefulShutdown {
            try await provisioning.wait(for: id, atMost: .seconds(wait.seconds))
        }
        guard let better = self.documents.answer(havingMade: tenant) else { return answer }
        guard let key else { return better }
        return try await self.idempotency.improve(key, answer, to: better)
    }
}
