import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1

extension UpstreamProxy {
    /// What an upstream says to the wish for a WebSocket: 101, with its end of the tunnel in the exchange, or something
    /// else.
    func openTunnel(
        _ head: HTTPRequestHead, _ exchange: EdgeExchange, _ group: UpstreamGroup
    ) async throws -> TunnelAnswer {
        var trouble = UpstreamTrouble.cannotConnect("there is no upstream")
        for pool in group.order {
            do {
                let outcome = try await self.dialer.dial(
                    head, to: pool.address, on: exchange.client.eventLoop, self.timeouts)
                return try await self.answer(outcome, exchange)
            } catch let met as UpstreamTrouble {
                guard !Task.isCancelled else { throw CancellationError() }
                trouble = met
                guard case .cannotConnect = met else { throw met }
            }
        }
        throw trouble
    }

    /// The answer of an upstream to the wish for a WebSocket.
    enum TunnelAnswer {
        /// The tunnel is there.
        case opened(Response)
        /// The head of an ordinary answer.
        case answered(HTTPResponse)
    }

    private func answer(_ outcome: TunnelDialer.Outcome, _ exchange: EdgeExchange) async throws -> TunnelAnswer {
        switch outcome {
        case .opened(let end, let fields):
            exchange.tunnel = end
            let body = ResponseBody { writer in try await writer.finish(nil) }
            return .opened(Response(status: .switchingProtocols, headers: fields, body: body))
        case .answered(let connection):
            try exchange.hold(connection, of: nil)
            guard
                case .head(let head) = try await connection.next(within: self.timeouts.answer, orElse: .answerTimedOut)
            else { throw UpstreamTrouble.broken("a body without a head") }
            return .answered(head)
        }
    }
}
