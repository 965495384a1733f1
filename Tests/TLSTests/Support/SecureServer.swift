import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import ServiceLifecycle
import TLS

/// What requests are answered with in these tests, and with which listener.
struct SecureServer {
    /// A context that needs the connection.
    struct Context: RequestContext {
        var coreContext: CoreRequestContextStorage
        let peer: SocketAddress?

        init(source: ApplicationRequestContextSource) {
            self.coreContext = .init(source: source)
            self.peer = source.channel.remoteAddress
        }
    }

    /// Where a server listens, and how it is ended.
    struct Address: Sendable {
        let port: Int
        let shutDown: @Sendable () async -> Void
    }

    /// Lends a server on 127.0.0.1; it is gone afterwards.
    static func use<Responder: HTTPResponder, Value: Sendable>(
        _ builder: HTTPServerBuilder, _ responder: Responder, services: [any Service] = [],
        _ body: @escaping @Sendable (Address) async throws -> Value
    ) async throws -> Value where Responder.Context: InitializableFromSource<ApplicationRequestContextSource> {
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let application = Application(
            responder: responder, server: builder,
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { port.yield($0.localAddress?.port ?? 0) }, logger: logger)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(services: services + [application], logger: logger))
        return try await withThrowingTaskGroup(of: Value?.self) { tasks in
            tasks.addTask {
                try await group.run()
                return nil
            }
            tasks.addTask {
                for await number in ports {
                    return try await body(Address(port: number) { await group.triggerGracefulShutdown() })
                }
                return nil
            }
            defer { tasks.cancelAll() }
            while let outcome = try await tasks.next() {
                if let value = outcome { return value }
            }
            throw CancellationError()
        }
    }

    /// The same with the usual answers; see ``Answers``.
    static func use<Value: Sendable>(
        _ live: LiveCertificate, configuration: TLSListenerConfiguration = .init(),
        _ body: @escaping @Sendable (Address) async throws -> Value
    ) async throws -> Value {
        try await Self.use(.secure(live, configuration: configuration), Answers(), body)
    }
}

/// The usual answers.
struct Answers: HTTPResponder {
    typealias Context = SecureServer.Context

    /// Lets streams go on until it says so.
    var gate = Gate()

    func respond(to request: Request, context: Context) async throws -> Response {
        switch request.uri.path {
        case "/peer": return Self.text(context.peer?.ipAddress ?? "nobody")
        case "/fails": throw CancellationError()
        case "/not-found": throw HTTPError(.notFound)
        case "/stream": return self.stream()
        default: return Self.text("hello\n")
        }
    }

    private func stream() -> Response {
        let gate = self.gate
        return Response(
            status: .ok,
            body: ResponseBody { writer in
                try await writer.write(ByteBuffer(string: "first\n"))
                await gate.wait()
                try await writer.write(ByteBuffer(string: "last\n"))
                try await writer.finish(nil)
            })
    }

    private static func text(_ text: String) -> Response {
        Response(status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}

/// Something that is waited for, by whoever comes, until it is opened.
actor Gate {
    private var isOpen = false
    private var hasArrival = false
    private var waiting: [CheckedContinuation<Void, Never>] = []
    private var watching: [CheckedContinuation<Void, Never>] = []

    func open() {
        self.isOpen = true
        self.waiting.forEach { $0.resume() }
        self.waiting = []
    }

    func wait() async {
        self.hasArrival = true
        self.watching.forEach { $0.resume() }
        self.watching = []
        guard !self.isOpen else { return }
        await withCheckedContinuation { self.waiting.append($0) }
    }

    /// Waits until somebody waits, or has waited.
    func waitForArrival() async {
        guard !self.hasArrival else { return }
        await withCheckedContinuation { self.watching.append($0) }
    }
}
