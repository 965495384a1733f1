import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

/// Moves the body of a request to an upstream, while the answer may already be coming back.
///
/// Runs as a child of the request; whoever talks to the upstream starts it. A piece is read from the client when the one
/// before has left, so that neither side fills memory.
final class UploadPump: Sendable {
    /// What a request has for a body.
    enum Kind: Sendable, Equatable {
        case none
        case length(Int)
        case chunked
    }

    private enum Declared {
        case known(Kind)
        /// HTTP/2 without a length: the first frames tell.
        case unknown
    }

    private let declared: Declared
    private let limit: Int?
    private let client: any Channel
    private let kinds = AsyncStream<Kind>.makeStream()
    private let starts = AsyncStream<UpstreamConnection>.makeStream()
    private let trouble = Mutex<UpstreamTrouble?>(nil)
    private let hasEnded = Atomic<Bool>(false)

    /// - Parameters:
    ///   - limit: how many bytes a body may have; nil for no limit.
    ///   - client: the connection that it comes on.
    init(_ request: Request, isStream: Bool, limit: Int?, client: any Channel) {
        self.declared = Self.declared(request, isStream: isStream)
        self.limit = limit
        self.client = client
    }

    /// Whether it may be that there is nothing to do.
    var isNeeded: Bool {
        if case .known(.none) = self.declared { false } else { true }
    }

    /// What went wrong on the client's side; what the upstream has to say may be a consequence.
    var failure: UpstreamTrouble? { self.trouble.withLock { $0 } }
    /// Whether the whole body has been sent, or there is none.
    var isDone: Bool { !self.isNeeded || self.hasEnded.load(ordering: .acquiring) }

    /// What the request has for a body; waits for the first of it if nobody can know.
    ///
    /// - Throws: ``UpstreamTrouble/bodyTooLarge(limit:)``.
    func kind() async throws -> Kind {
        switch self.declared {
        case .known(.length(let count)):
            if let limit, count > limit { throw UpstreamTrouble.bodyTooLarge(limit: limit) }
            return .length(count)
        case .known(let kind): return kind
        case .unknown:
            for await kind in self.kinds.stream { return kind }
            throw CancellationError()
        }
    }

    /// Begins to move the body.
    func start(to connection: UpstreamConnection) {
        self.starts.continuation.yield(connection)
        self.starts.continuation.finish()
    }

    /// Waits to be started, and moves the body; returns early when the task is cancelled.
    func run(_ body: RequestBody) async {
        var iterator = body.makeAsyncIterator()
        var first: ByteBuffer?
        do {
            if case .unknown = self.declared {
                first = try await iterator.next()
                self.kinds.continuation.yield(first == nil ? .none : .chunked)
                self.kinds.continuation.finish()
                guard first != nil else { return self.hasEnded.store(true, ordering: .releasing) }
            }
        } catch {
            return self.kinds.continuation.finish()
        }
        for await connection in self.starts.stream {
            await self.move(first, &iterator, to: connection)
            return
        }
    }

    private func move(
        _ first: ByteBuffer?, _ iterator: inout RequestBody.AsyncIterator, to connection: UpstreamConnection
    ) async {
        do {
            var moved = 0
            var piece = try await self.piece(first, &iterator, connection)
            while let buffer = piece {
                moved += buffer.readableBytes
                if let limit, moved > limit { throw UpstreamTrouble.bodyTooLarge(limit: limit) }
                guard await self.send({ try await connection.send(buffer) }) else { return }
                piece = try await self.piece(nil, &iterator, connection)
            }
            // A sequence that ends with its connection looks like a body that is whole.
            guard self.isWhole(moved) else { throw UpstreamTrouble.bodyCutOff }
            guard await self.send({ try await connection.sendEnd() }) else { return }
            self.hasEnded.store(true, ordering: .releasing)
        } catch {
            self.fail(with: error as? UpstreamTrouble ?? .bodyCutOff, connection)
        }
    }

    /// Whether the upstream took it.
    ///
    /// If not, whoever reads the answer meets the same - or an answer that was given before
    /// the end of the body.
    private func send(_ action: () async throws -> Void) async -> Bool {
        do {
            try await action()
            return true
        } catch {
            return false
        }
    }

    private func piece(
        _ first: ByteBuffer?, _ iterator: inout RequestBody.AsyncIterator, _ connection: UpstreamConnection
    ) async throws -> ByteBuffer? {
        if let first { return first }
        connection.waitsForClient(true)
        defer { connection.waitsForClient(false) }
        return try await iterator.next(isolation: #isolation)
    }

    private func isWhole(_ moved: Int) -> Bool {
        if case .known(.length(let count)) = self.declared { return moved == count }
        return self.client.isActive && !Task.isCancelled
    }

    /// The upstream must not take what it has for all.
    private func fail(with trouble: UpstreamTrouble, _ connection: UpstreamConnection) {
        self.trouble.withLock { $0 = trouble }
        connection.close(trouble)
    }

    private static func declared(_ request: Request, isStream: Bool) -> Declared {
        if let text = request.headers[.contentLength] {
            // What the parser let through is a number.
            let count = Int(text) ?? 0
            return .known(count == 0 ? .none : .length(count))
        }
        if request.headers.contains(.transferEncoding) { return .known(.chunked) }
        return isStream ? .unknown : .known(.none)
    }
}
