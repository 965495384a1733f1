import Foundation
import NIOCore
import ServiceLifecycle

/// A listener that says in words why it cannot listen.
struct ListeningService: Service, CustomStringConvertible {
    let application: any Service
    let listener: ServerConfiguration.Listener
    let label: String

    var description: String { "\(self.label) listener" }

    func run() async throws {
        do {
            try await self.application.run()
        } catch let error as IOError {
            let (host, port) = (self.listener.host, self.listener.port)
            guard error.errnoCode != EADDRINUSE else { throw BootstrapError.addressInUse(host: host, port: port) }
            throw BootstrapError.cannotListen(host: host, port: port, reason: String(describing: error))
        }
    }
}
