import HTTPTypes
import Hummingbird
import Identity
import Logging
import NIOCore
import Tenancy

/// Turns every error into a ``ProblemDetails``: the one place that decides what a stranger is told.
public struct ProblemTranslator: Sendable {
    private let additional: @Sendable (any Error) -> ProblemDetails?

    /// A translator.
    ///
    /// - Parameter additional: asked first; translates errors that this module cannot know of, such as those of a
    ///   database driver. What it answers goes out as it is, so it must be safe for strangers.
    public init(additional: @escaping @Sendable (any Error) -> ProblemDetails? = { _ in nil }) {
        self.additional = additional
    }

    /// What a client is told about `error`.
    public func problem(for error: any Error) -> ProblemDetails {
        if let known = self.additional(error) { return known }
        switch error {
        case let problem as ProblemDetails: return problem
        case let error as ValidationError: return .validationFailed(error.problems)
        case let error as DomainError: return Self.problem(for: error)
        case let error as TokenProblem: return .tokenRefused(error)
        case let error as JSONSyntaxError: return .malformedJSON(error.description)
        case let error as DecodingError: return Self.problem(for: error)
        case let error as HTTPError: return Self.problem(for: error.status, detail: error.body, headers: error.headers)
        case let error as any HTTPResponseError: return Self.problem(for: error.status)
        case is CancellationError: return .unavailable(retryAfter: 1)
        default: return .internalError
        }
    }

    private static func problem(for error: DomainError) -> ProblemDetails {
        switch error {
        case .notFound(let kind):
            return .notFound(kind)
        case .taken(let field, let detail):
            let name = field.drop { $0 == "/" }
            return ProblemDetails(
                "\(name)-taken", .conflict, title: "The \(name) is taken", detail: "Another record holds this value.",
                errors: [.init(pointer: field, detail: detail)])
        case .reserved(let field, let detail, let date):
            let name = field.drop { $0 == "/" }
            var problem = ProblemDetails(
                "\(name)-reserved", .conflict, title: "The \(name) is reserved",
                detail: "It belonged to somebody else not long ago.", errors: [.init(pointer: field, detail: detail)])
            problem.availableAt = date
            return problem
        case .conflict(let detail):
            return ProblemDetails("conflict", .conflict, title: "This is not possible now", detail: detail)
        case .preconditionFailed:
            return ProblemDetails(
                "precondition-failed", .preconditionFailed, title: "The resource has changed",
                detail: "It is not what If-Match says any more. Read it again and repeat the change.")
        case .badCredentials:
            return .badCredentials
        case .linkGone:
            return ProblemDetails(
                "link-gone", .gone, title: "The link is no longer valid",
                detail: "It was used, replaced, or has expired. Ask for a new one.")
        case .forbidden(let detail):
            return .forbidden(detail)
        case .idempotencyKeyReused:
            return .idempotencyKeyReused
        case .busy(let seconds):
            return .busy(retryAfter: seconds)
        case .tooManyAttempts(let limit, let seconds):
            return .tooManyAttempts(limit, retryAfter: seconds)
        case .heldUp(let detail, let seconds):
            var problem = ProblemDetails.busy(retryAfter: seconds)
            problem.detail = detail
            return problem
        }
    }

    private static func problem(for error: DecodingError) -> ProblemDetails {
        func pointer(_ path: [any CodingKey]) -> String {
            path.map { JSONFields.pointer($0.intValue.map(String.init) ?? $0.stringValue) }.joined()
        }
        switch error {
        case .keyNotFound(let key, let context):
            return .validationFailed([.init(pointer: pointer(context.codingPath + [key]), detail: "is required")])
        case .valueNotFound(_, let context):
            return .validationFailed([.init(pointer: pointer(context.codingPath), detail: "must not be null")])
        case .typeMismatch(_, let context):
            return .validationFailed([.init(pointer: pointer(context.codingPath), detail: "has the wrong type")])
        case .dataCorrupted(let context) where !context.codingPath.isEmpty:
            return .validationFailed([.init(pointer: pointer(context.codingPath), detail: "has an unusable value")])
        case .dataCorrupted:
            return .malformedJSON("not valid JSON")
        @unknown default:
            return .malformedJSON("not usable")
        }
    }

    /// A problem for a bare status, as frameworks make them.
    ///
    /// What they say of faults of the server is dropped.
    static func problem(
        for status: HTTPResponse.Status, detail: String? = nil, headers: HTTPFields = [:]
    ) -> ProblemDetails {
        var problem: ProblemDetails
        switch status {
        case .badRequest: problem = .badRequest("The request could not be understood.")
        case .unauthorized: problem = .tokenRequired
        case .forbidden: problem = .forbidden("You may not do this.")
        case .notFound: problem = .notFound
        case .contentTooLarge:
            problem = ProblemDetails(
                "body-too-large", status, title: "The body is too large", detail: "Send less at one time.")
        case .unsupportedMediaType: problem = .notJSON
        case .internalServerError: return .internalError
        default:
            let phrase = status.reasonPhrase.isEmpty ? "The request was not served" : status.reasonPhrase
            problem = ProblemDetails("http-\(status.code)", status, title: phrase, detail: phrase + ".")
        }
        if status.code < 500, let detail { problem.detail = detail }
        for field in headers { problem.headers[field.name] = field.value }
        return problem
    }
}
