import HTTPTypes
public import Hummingbird
import Logging
import NIOHTTP1
import Tenancy

/// The outermost layer of every request: its id, its host, its limits - and, on the way back, the form of every error.
///
/// The first middleware of an application's router; ``HostRouter`` brings its own. Whatever is thrown inside comes out
/// as `application/problem+json` (or as a page for people in browsers), with the request's id, once in the log if it is
/// a fault of ours, and never with a word of it in the body.
public struct RequestEnvelope<Context: BulkheadRequestContext>: RouterMiddleware {
    private let hosts: HostPolicy
    private let problems: ProblemTranslator
    private let limits: RequestLimits
    private let productName: String
    private let relays: Bool

    /// An envelope.
    ///
    /// - Parameters:
    ///   - hosts: which host is whose.
    ///   - problems: translates errors into answers.
    ///   - limits: of each request.
    ///   - productName: what the product calls itself on pages.
    ///   - relays: whether answers come from servers of others: then they stay as they are but for the request's id.
    public init(
        hosts: HostPolicy, problems: ProblemTranslator = .init(), limits: RequestLimits = .standard,
        productName: String = "Bulkhead", relays: Bool = false
    ) {
        self.hosts = hosts
        self.problems = problems
        self.limits = limits
        self.productName = productName
        self.relays = relays
    }

    /// Serves a request; throws only what means that the connection is broken.
    @concurrent
    public func handle(
        _ request: Request, context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        var context = context
        let requestID = RequestIdentifier.choose(from: request.headers)
        context.scope.requestID = requestID
        context.scope.client = ClientAddress.find(
            request.headers, peer: context.scope.peer, trusted: self.hosts.trustedPeers)
        context.scope.deadline = .now + self.limits.duration
        context.scope.maximumBodySize = self.limits.bodySize
        context.logger[metadataKey: "request.id"] = .string(requestID)
        var response: Response
        do {
            let host = try RequestHost.read(request)
            context.scope.host = host
            context.scope.target = self.hosts.target(of: host)
            let trusted = self.hosts.trustedPeers.withoutUntrustedFields(request, from: context.scope.peer)
            response = try await next(trusted, context)
            if self.relays {
                response.headers[.requestID] = requestID
                return response
            }
            if response.status.code >= 400, response.headers[.contentType] == nil {
                throw HTTPError(response.status, headers: response.headers)
            }
        } catch let error as HTTPParserError {
            throw error
        } catch {
            response = self.response(to: error, request, context)
        }
        Self.complete(&response.headers, requestID: requestID)
        return response
    }

    private func response(to error: any Error, _ request: Request, _ context: Context) -> Response {
        let problem = self.problems.problem(for: error)
        if problem.status.code >= 500 { Self.log(error, problem, request, context) }
        let requestID = context.scope.requestID
        let response =
            (problem.isForPeople || self.relays && problem.status.code >= 500)
                && ErrorPage.isPreferred(by: request.headers[.accept])
            ? ErrorPage(problem, productName: self.productName, requestID: requestID).response
            : Self.response(problem, requestID: requestID)
        return request.method == .head ? response.createHeadResponse() : response
    }

    private static func response(_ problem: ProblemDetails, requestID: String) -> Response {
        var headers = problem.headers
        headers[.contentType] = "application/problem+json"
        let document = problem.document(requestID: requestID)
        return Response(status: problem.status, headers: headers, body: .init(byteBuffer: .init(bytes: document)))
    }

    /// Refusals by decision are no news; only what surprised the code is written down, with all that is known.
    private static func log(
        _ error: any Error, _ problem: ProblemDetails, _ request: Request, _ context: Context
    ) {
        let isDecision = error is ProblemDetails && problem.slug != "internal"
        guard !isDecision, !(error is DomainError), !(error is CancellationError) else { return }
        let level: Logger.Level = problem.slug == "internal" ? .error : .warning
        context.logger.log(
            level: level, "Request failed",
            metadata: [
                "http.method": .string(request.method.rawValue),
                "http.route": .string(context.endpointPath ?? "-"),
                "http.status": .stringConvertible(problem.status.code),
                "error.debug": .string(String(reflecting: error)),
            ])
    }

    private static func complete(_ headers: inout HTTPFields, requestID: String) {
        headers[.requestID] = requestID
        headers[.xContentTypeOptions] = "nosniff"
        headers[.referrerPolicy] = "no-referrer"
        if headers[.cacheControl] == nil { headers[.cacheControl] = "no-store" }
    }
}
