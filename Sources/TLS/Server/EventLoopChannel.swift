import HummingbirdCore
import Logging
import NIOCore

/// A connection that is served on the thread of its event loop; see ``EventLoopExecutor``.
struct EventLoopChannel<Connection: ServerChildChannel>: ServerChildChannel {
    let connection: Connection

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Connection.Value> {
        self.connection.setup(channel: channel, logger: logger)
    }

    func handle(value: Connection.Value, logger: Logger) async {
        await withTaskExecutorPreference(EventLoopExecutor.of(value.channel.eventLoop)) {
            await self.connection.handle(value: value, logger: logger)
        }
    }
}
