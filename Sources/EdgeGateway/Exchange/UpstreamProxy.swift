import BulkheadHummingbird
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import Tenancy

/// Passes requests on and brings answers back.
struct UpstreamProxy: Sendable {
    /// How many interim answers an upstream may give to one request.
    private static let informationalLimit = 16

    let timeouts: EdgeConfiguration.Timeouts
    let isSecure: Bool
    let trustedPeers: TrustedPeers
    let dialer: TunnelDialer

    /// The answer of one of `group`; its body comes while it is written.
    ///
    /// - Throws: ``ProblemDetails``; `CancellationError` if the client has gone.
    func forward(_ request: Request, _ context: EdgeContext, to group: UpstreamGroup) async throws -> Response {
        guard let exchange = context.exchange else { throw ProblemDetails.internalError }
        var message = try UpstreamRequest(
            request,
            .init(
                scope: context.scope, isPeerTrusted: self.trustedPeers.contains(context.scope.peer),
                isSecure: self.isSecure))
        do {
            let head: HTTPResponse
            if exchange.wantsTunnel {
                switch try await self.openTunnel(message.head, exchange, group) {
                case .opened(let response): return response
                case .answered(let refusal): head = refusal
                }
            } else {
                let body = try await exchange.upload.kind()
                message.frame(body)
                head = try await self.answer(message, body, exchange, group)
            }
            let answer = try UpstreamAnswer(head, to: request.method)
            return try await self.response(answer, exchange, context.logger)
        } catch let trouble as UpstreamTrouble {
            exchange.drop()
            if trouble.isOfUpstream {
                context.logger.warning("No answer from upstream", metadata: ["trouble": "\(trouble)"])
            }
            var problem = trouble.problem
            problem.tenantName = context.scope.tenant?.tenant.name
            throw problem
        }
    }

    // MARK: Heads

    /// The head of the answer, from whichever upstream gives one.
    ///
    /// Another one is asked if nothing was sent; and once if the request can do no harm twice, has no body, and not a
    /// byte of an answer came (RFC 9110, section 9.2.2).
    private func answer(
        _ message: UpstreamRequest, _ body: UploadPump.Kind, _ exchange: EdgeExchange, _ group: UpstreamGroup
    ) async throws -> HTTPResponse {
        var candidates = group.order[...]
        var hasRetried = false
        var trouble = UpstreamTrouble.cannotConnect("there is no upstream")
        var next = candidates.popFirst()
        while let pool = next {
            do {
                return try await self.attempt(message, body, exchange, pool, isFresh: hasRetried)
            } catch let met as UpstreamTrouble {
                exchange.drop()
                guard !Task.isCancelled, exchange.client.isActive else { throw CancellationError() }
                trouble = exchange.upload.failure ?? met
                switch trouble {
                case .stale: continue
                case .cannotConnect: next = candidates.popFirst()
                case .lost where message.isIdempotent && body == .none && !hasRetried:
                    hasRetried = true
                    next = candidates.popFirst() ?? pool
                default: throw trouble
                }
            }
        }
        throw trouble
    }

    private func attempt(
        _ message: UpstreamRequest, _ body: UploadPump.Kind, _ exchange: EdgeExchange, _ pool: UpstreamPool,
        isFresh: Bool
    ) async throws -> HTTPResponse {
        let connection = try await pool.acquire(on: exchange.client.eventLoop, isFresh: isFresh)
        try exchange.hold(connection, of: pool)
        do {
            try await connection.send(message.head, isWhole: body == .none)
        } catch UpstreamTrouble.stale {
            throw UpstreamTrouble.stale
        } catch {
            // What the connection ended with is met below, perhaps after an answer.
        }
        if body != .none { exchange.upload.start(to: connection) }
        for _ in 0...Self.informationalLimit {
            switch try await connection.next(within: self.timeouts.answer, orElse: .answerTimedOut) {
            case .informational(let head): try await Self.relay(head, to: exchange.client)
            case .head(let head): return head
            case .body, .end: throw UpstreamTrouble.broken("a body without a head")
            }
        }
        throw UpstreamTrouble.broken("too many interim answers")
    }

    /// Passes 100 and 103 on at once (RFC 9110, section 15.2).
    private static func relay(_ head: HTTPResponse, to client: any Channel) async throws {
        let head = HTTPResponse(status: head.status, headerFields: HopByHop.removed(from: head.headerFields))
        try await client.writeAndFlush(HTTPResponsePart.head(head))
    }

    // MARK: Bodies

    private func response(
        _ answer: UpstreamAnswer, _ exchange: EdgeExchange, _ logger: Logger
    ) async throws -> Response {
        guard answer.hasBody else {
            await self.skipBody(of: exchange)
            // Not an empty body: that would say a length where the upstream said none.
            let body = ResponseBody { writer in try await writer.finish(nil) }
            return Response(status: answer.status, headers: answer.fields, body: body)
        }
        let body = ResponseBody(contentLength: answer.length) { writer in
            do {
                try await self.copy(exchange, to: &writer)
            } catch {
                exchange.drop()
                logger.debug("Answer cut off", metadata: ["trouble": "\(exchange.upload.failure ?? error)"])
                // The server ends the connection: a client must not take a part for the whole.
                throw error
            }
        }
        return Response(status: answer.status, headers: answer.fields, body: body)
    }

    /// A head without a body is whole; what follows decides only over the connection.
    private func skipBody(of exchange: EdgeExchange) async {
        do {
            guard let connection = exchange.connection else { return }
            guard case .end = try await connection.next(within: self.timeouts.idle, orElse: .bodyTimedOut) else {
                return exchange.drop()
            }
            await exchange.finish()
        } catch {
            exchange.drop()
        }
    }

    @concurrent
    private func copy(_ exchange: EdgeExchange, to writer: inout any ResponseBodyWriter) async throws {
        guard let connection = exchange.connection else { throw CancellationError() }
        while true {
            switch try await connection.next(within: self.timeouts.idle, orElse: .bodyTimedOut) {
            case .body(let buffer):
                let deadline = self.deadline(for: exchange.client)
                defer { deadline?.cancel() }
                try await writer.write(buffer)
            case .end(let trailers):
                await exchange.finish()
                return try await writer.finish(trailers.map(HopByHop.removed))
            case .head, .informational: throw UpstreamTrouble.broken("a head in a body")
            }
        }
    }

    /// A client that has something to take has to take it now and then; nil if there is nothing.
    private func deadline(for client: any Channel) -> Scheduled<Void>? {
        guard !client.isWritable else { return nil }
        return client.eventLoop.scheduleTask(in: self.timeouts.idle) { client.close(promise: nil) }
    }
}
