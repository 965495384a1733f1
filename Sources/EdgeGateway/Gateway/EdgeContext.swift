import BulkheadHummingbird
import Hummingbird

/// The request context of the edge.
struct EdgeContext: BulkheadRequestContext {
    var coreContext: CoreRequestContextStorage
    var scope: RequestScope
    /// The request on its way; set by the server.
    var exchange: EdgeExchange?

    init(source: ApplicationRequestContextSource) {
        self.coreContext = .init(source: source)
        self.scope = RequestScope(peer: source.channel.remoteAddress)
    }
}
