import DNS
import Foundation
import Testing

/// How the work about a tenant went, as `GET /api/admin/tenants/{id}/provisioning` tells it.
struct ProvisioningView: Decodable {
    struct Step: Decodable {
        let name: String
        let status: String
        let attempts: [Attempt]
    }

    struct Attempt: Decodable {
        let direction: String
        let outcome: String
        let startedAt: Date
        let finishedAt: Date?
        let reason: String?
        let evidence: Evidence?
    }

    /// What steps about names and certificates can show.
    struct Evidence: Decodable {
        let provider: String?
        let zone: String?
        let name: String?
        let records: Records?
        let propagation: PropagationEvidence?
        let host: String?
        let handshake: Handshake?
    }

    /// The records, or why there are none.
    enum Records: Decodable, Equatable {
        case made([String])
        case none(String)

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            do {
                self = .made(try container.decode([String].self))
            } catch is DecodingError {
                self = .none(try container.decode(String.self))
            }
        }
    }

    struct Handshake: Decodable {
        let version: String
        let names: [String]
        let issuer: String
        let serial: String
        let isCovered: Bool
        let isTrusted: Bool
    }

    let workflow: String
    let status: String
    let reason: String?
    let steps: [Step]

    /// The last attempt at a step.
    func last(_ step: String) throws -> Attempt {
        try #require(self.steps.first { $0.name == step }?.attempts.last, "\(step)")
    }

    /// What the last attempt at a step can show.
    func evidence(_ step: String) throws -> Evidence { try #require(try self.last(step).evidence, "\(step)") }
}

extension AdminCaller {
    /// How the work about a tenant went.
    func provisioning(_ id: String) async throws -> ProvisioningView {
        let answer = try await self.send("/api/admin/tenants/\(id)/provisioning")
        try #require(answer.status == 200, "\(answer.testDescription)")
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .custom { decoder in
            let text = try decoder.singleValueContainer().decode(String.self)
            // Our own dates have fractions of seconds, those in what steps show have none.
            if let date = try? Date(text, strategy: .iso8601) { return date }
            return try Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        }
        return try decoder.decode(ProvisioningView.self, from: answer.body)
    }
}
