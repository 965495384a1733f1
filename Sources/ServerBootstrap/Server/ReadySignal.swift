import Synchronization

/// Says once that all listeners listen.
final class ReadySignal: Sendable {
    private enum Listener: Hashable {
        case http, management, redirect
    }

    private struct State {
        var awaited: Set<Listener>
        var ports: [Listener: Int] = [:]
    }

    private let state: Mutex<State>
    private let onReady: @Sendable (ServerAddresses) async -> Void

    /// - Parameter redirects: whether there is a listener that sends people elsewhere.
    init(_ role: ServerRole, redirects: Bool, _ onReady: @escaping @Sendable (ServerAddresses) async -> Void) {
        var awaited: Set<Listener> = [.management]
        if role.servesRequests { awaited.insert(.http) }
        if role.servesRequests && redirects { awaited.insert(.redirect) }
        self.state = Mutex(State(awaited: awaited))
        self.onReady = onReady
    }

    func http(listensOn port: Int) async { await self.report(.http, port) }

    func management(listensOn port: Int) async { await self.report(.management, port) }

    func redirect(listensOn port: Int) async { await self.report(.redirect, port) }

    /// Each listener reports once, and only the last finds that nobody is missing.
    private func report(_ listener: Listener, _ port: Int) async {
        let ports: [Listener: Int]? = self.state.withLock { state in
            state.ports[listener] = port
            state.awaited.remove(listener)
            return state.awaited.isEmpty ? state.ports : nil
        }
        guard let ports else { return }
        await self.onReady(
            ServerAddresses(
                httpPort: ports[.http] ?? 0, managementPort: ports[.management] ?? 0, redirectPort: ports[.redirect]))
    }
}
