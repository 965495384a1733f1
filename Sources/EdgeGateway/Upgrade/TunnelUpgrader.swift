import NIOCore
import NIOHTTP1
import Synchronization

/// A client's wish to speak WebSocket, until somebody has decided about it.
struct TunnelWish: Sendable {
    /// Its request.
    let head: HTTPRequestHead
    fileprivate let decision: EventLoopPromise<HTTPHeaders>
    fileprivate let upgrader: TunnelUpgrader

    /// Says yes: the client gets 101 with these fields, and its bytes go to `end`.
    func grant(_ headers: HTTPHeaders, _ end: TunnelEnd) {
        self.upgrader.keep(end)
        self.decision.succeed(headers)
    }

    /// Says no; the client has had its answer.
    func refuse() {
        self.decision.fail(ChannelError.inappropriateOperationForState)
    }
}

/// Puts the wishes of one connection to whoever serves it, and joins the two ends of the tunnel if they are granted.
final class TunnelUpgrader: NIOTypedHTTPServerProtocolUpgrader, Sendable {
    typealias UpgradeResult = EdgeHTTP1Channel.Outcome

    private struct State {
        var hasAsked = false
        var end: TunnelEnd?
    }

    let supportedProtocol = "websocket"
    let requiredUpgradeHeaders: [String] = []
    private let wish: EventLoopPromise<TunnelWish?>
    private let idle: TimeAmount
    private let state = Mutex(State())

    /// - Parameters:
    ///   - wish: completed with the connection's wish.
    ///   - idle: after how long without a byte a tunnel is closed.
    init(wish: EventLoopPromise<TunnelWish?>, idle: TimeAmount) {
        self.wish = wish
        self.idle = idle
    }

    /// Whether the connection's first request was a wish.
    var hasAsked: Bool { self.state.withLock { $0.hasAsked } }

    func buildUpgradeResponse(
        channel: any Channel, upgradeRequest: HTTPRequestHead, initialResponseHeaders: HTTPHeaders
    ) -> EventLoopFuture<HTTPHeaders> {
        let decision = channel.eventLoop.makePromise(of: HTTPHeaders.self)
        self.state.withLock { $0.hasAsked = true }
        self.wish.succeed(TunnelWish(head: upgradeRequest, decision: decision, upgrader: self))
        return decision.futureResult.map { headers in
            var all = initialResponseHeaders
            all.add(contentsOf: headers)
            return all
        }
    }

    func upgrade(
        channel: any Channel, upgradeRequest: HTTPRequestHead
    ) -> EventLoopFuture<EdgeHTTP1Channel.Outcome> {
        channel.eventLoop.makeCompletedFuture {
            guard let end = self.state.withLock({ $0.end }) else { return .refused }
            let handler = TunnelHandler()
            try channel.pipeline.syncOperations.addHandler(handler)
            TunnelHandler.join(handler, end.handler.value, idle: self.idle)
            return .tunnel(end.channel)
        }
    }

    fileprivate func keep(_ end: TunnelEnd) {
        self.state.withLock { $0.end = end }
    }
}
