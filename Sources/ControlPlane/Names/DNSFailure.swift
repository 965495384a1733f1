import DNS
import Workflow

/// What went wrong with the DNS, in the words of workflows.
enum DNSFailure {
    /// Runs `body`, and says of what it throws whether another attempt makes sense.
    static func translating<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as DNSProviderError {
            throw StepFailure(
                error.description, retry: self.retry(error), evidence: ["provider": .string(error.provider)],
                cause: error)
        } catch let error as PropagationTimeout {
            throw StepFailure(
                error.description, retry: .withBackoff,
                evidence: ["propagation": try JSONDocument(encoding: error.evidence)], cause: error)
        } catch let error as AuthorityError {
            throw StepFailure(
                error.description, retry: error.kind == .misconfigured ? .never : .withBackoff, cause: error)
        }
    }

    private static func retry(_ error: DNSProviderError) -> StepFailure.Retry {
        guard error.isTransient else { return .never }
        return error.retryAfter.map(StepFailure.Retry.after) ?? .withBackoff
    }
}
