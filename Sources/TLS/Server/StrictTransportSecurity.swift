import HTTPTypes
public import Hummingbird
import Logging
import NIOHTTP1

/// What browsers are told about never coming back without TLS (RFC 6797).
///
/// There is no way back before the time is over: give none in development.
public struct StrictTransportSecurity: Sendable, Hashable {
    /// A year, with all hosts below.
    public static let standard = StrictTransportSecurity(maxAge: 31_536_000)

    /// How long browsers keep it in mind, in seconds.
    public var maxAge: Int
    /// Whether it holds for all hosts below the one that says it, too.
    public var includesSubdomains: Bool

    /// What browsers are told.
    public init(maxAge: Int, includesSubdomains: Bool = true) {
        self.maxAge = maxAge
        self.includesSubdomains = includesSubdomains
    }

    /// The value of the field `Strict-Transport-Security`.
    public var fieldValue: String { "max-age=\(self.maxAge)" + (self.includesSubdomains ? "; includeSubDomains" : "") }
}

/// Answers as another responder does, with `Strict-Transport-Security` on every answer, errors included.
public struct StrictTransportResponder<Base: HTTPResponder>: HTTPResponder where Base.Context: RequestContext {
    /// That of the other responder.
    public typealias Context = Base.Context

    private let base: Base
    private let fieldValue: String?

    /// Wraps a responder; with a nil policy nothing is added.
    public init(_ base: Base, policy: StrictTransportSecurity?) {
        self.base = base
        self.fieldValue = policy?.fieldValue
    }

    /// Lets the other responder answer.
    public func respond(to request: Request, context: Context) async throws -> Response {
        guard let fieldValue = self.fieldValue else {
            return try await self.base.respond(to: request, context: context)
        }
        var response: Response
        do {
            response = try await self.base.respond(to: request, context: context)
        } catch let error as HTTPParserError {
            // The server answers it, and ends the connection.
            throw error
        } catch let error as any HTTPResponseError {
            response = try error.response(from: request, context: context)
        } catch {
            context.logger.debug("no answer to a request", metadata: ["error": "\(error)"])
            response = Response(status: .internalServerError)
        }
        response.headers[.strictTransportSecurity] = fieldValue
        return response
    }
}
