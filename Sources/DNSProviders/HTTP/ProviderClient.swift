import AsyncHTTPClient
import DNS
import Foundation
import NIOCore
import NIOHTTP1

/// Calls the HTTP API of a provider about one zone, and turns what goes wrong on the way into its errors.
struct ProviderClient: Sendable {
    /// A zone of some 100,000 records is listed in pages of less than this.
    private static let largestAnswer = 32 << 20

    let client: HTTPClient
    /// What people call the provider.
    let provider: String
    /// For how long an answer is waited for, its body included.
    let timeout: Duration

    /// Sends a request.
    ///
    /// - Returns: the answer, whatever its status.
    /// - Throws: ``DNSProviderError`` with kind `unavailable` if there is none.
    func send(_ request: HTTPClientRequest, about zone: DomainName) async throws -> ProviderAnswer {
        do {
            return try await self.answerInTime(to: request)
        } catch let error as CancellationError {
            throw error
        } catch {
            try Task.checkCancellation()
            throw DNSProviderError(
                .unavailable, provider: self.provider, zone: zone,
                reason: "did not answer; what was asked may have happened all the same",
                detail: String(describing: error))
        }
    }

    private func answer(to request: HTTPClientRequest) async throws -> ProviderAnswer {
        let milliseconds = Int64(self.timeout / .milliseconds(1))
        let response = try await self.client.execute(request, timeout: .milliseconds(milliseconds))
        let body = try await response.body.collect(upTo: Self.largestAnswer)
        return ProviderAnswer(
            status: Int(response.status.code), headers: response.headers, body: Data(body.readableBytesView))
    }

    /// The client's own timeout ends with the head of an answer; a body may take for ever.
    private func answerInTime(to request: HTTPClientRequest) async throws -> ProviderAnswer {
        let timeout = self.timeout
        return try await withThrowingTaskGroup(of: ProviderAnswer.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await self.answer(to: request) }
            group.addTask {
                // The deadline itself, and not a wait for something else.
                try await Task.sleep(for: timeout)
                throw AnswerTookTooLong(timeout: timeout)
            }
            // The first that ends decides: there are two, so there is one.
            guard let answer = try await group.next() else { throw AnswerTookTooLong(timeout: timeout) }
            return answer
        }
    }

    /// What a status means that means the same everywhere; nil for the others.
    func commonError(_ answer: ProviderAnswer, about zone: DomainName) -> DNSProviderError? {
        func error(_ kind: DNSProviderError.Kind, _ reason: String) -> DNSProviderError {
            DNSProviderError(
                kind, provider: self.provider, zone: zone, reason: reason, retryAfter: answer.retryAfter(),
                detail: answer.excerpt)
        }
        switch answer.status {
        case 300..<400:
            // Followed, it would take the credential to whoever it names.
            return error(.refused, "answered with a redirect; name the API's own address")
        case 401, 403:
            return error(.unauthorized, "the credential is not accepted; check it and its rights to the zone")
        case 408, 425: return error(.unavailable, "did not answer in time")
        case 429: return error(.throttled, "was asked too often")
        case 500...: return error(.unavailable, "failed with status \(answer.status)")
        default: return nil
        }
    }
}

/// An answer did not end in time.
private struct AnswerTookTooLong: Error {
    let timeout: Duration
}
