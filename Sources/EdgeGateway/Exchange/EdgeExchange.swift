import Hummingbird
import NIOCore
import Synchronization

/// One request on its way through the edge: what has to be given back when it is over, however it ends.
final class EdgeExchange: Sendable {
    private struct Held {
        var connection: UpstreamConnection
        /// Nil for a connection of its own, which nobody else can use.
        var pool: UpstreamPool?
    }

    private struct State {
        var held: Held?
        var tunnel: TunnelEnd?
        var isOver = false
    }

    /// The client's connection, or its stream.
    let client: any Channel
    /// Whether it is a stream of HTTP/2.
    let isStream: Bool
    /// Whether the client wants to speak WebSocket from here on.
    let wantsTunnel: Bool
    /// Moves the request's body.
    let upload: UploadPump
    private let state = Mutex(State())

    init(_ request: Request, client: any Channel, isStream: Bool, wantsTunnel: Bool = false, bodyLimit: Int?) {
        self.client = client
        self.isStream = isStream
        self.wantsTunnel = wantsTunnel
        self.upload = UploadPump(request, isStream: isStream, limit: bodyLimit, client: client)
    }

    /// Takes charge of a connection.
    ///
    /// - Throws: `CancellationError` if the client has gone meanwhile.
    func hold(_ connection: UpstreamConnection, of pool: UpstreamPool?) throws {
        let isOver = self.state.withLock { state in
            if !state.isOver { state.held = Held(connection: connection, pool: pool) }
            return state.isOver
        }
        guard isOver else { return }
        connection.close()
        throw CancellationError()
    }

    /// The connection that it is in charge of.
    var connection: UpstreamConnection? { self.state.withLock { $0.held?.connection } }

    /// Gives the connection back for the next request, if it is fit for one.
    func finish() async {
        guard let held = self.take() else { return }
        guard let pool = held.pool else { return held.connection.close() }
        pool.release(held.connection, isReusable: await held.connection.isReusable())
    }

    /// Closes the connection: nobody can know what would come next on it.
    func drop() {
        self.take()?.connection.close()
    }

    /// The request is over, or the client has gone: nothing is kept for it.
    func end() {
        let tunnel = self.state.withLock { state in
            state.isOver = true
            defer { state.tunnel = nil }
            return state.tunnel
        }
        tunnel?.close()
        self.drop()
    }

    /// The upstream's end of a tunnel, until the client's end is there.
    var tunnel: TunnelEnd? {
        get { self.state.withLock { $0.tunnel } }
        set { self.state.withLock { $0.tunnel = newValue } }
    }

    /// Hands the upstream's end of the tunnel over.
    func takeTunnel() -> TunnelEnd? {
        self.state.withLock { state in
            defer { state.tunnel = nil }
            return state.tunnel
        }
    }

    private func take() -> Held? {
        self.state.withLock { state in
            defer { state.held = nil }
            return state.held
        }
    }
}
