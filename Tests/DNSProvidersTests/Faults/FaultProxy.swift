import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Synchronization

/// Stands between a provider and its server, and does what networks and services do at times.
final class FaultProxy: Sendable {
    /// What is done to a request.
    enum Fault: Sendable, Hashable {
        /// Answered so, and not passed on.
        case status(Int)
        /// Answered with 429 and `Retry-After: 7`.
        case throttled
        /// Answered with 200 and nothing else, and not passed on.
        case empty
        /// The connection is closed, and it is not passed on.
        case closed
        /// Passed on, and the connection closed instead of an answer.
        case answerDropped
        /// Passed on only when the test lets it, long after nobody waits any more.
        case held
    }

    /// Which requests.
    enum Place: String, Sendable, Hashable, CaseIterable {
        case reads
        case writes
    }

    private struct State {
        var fault: Fault?
        var place = Place.writes
        var left = 0
        var held = 0
        var writes = 0
    }

    private let upstream: URL
    private let state = Mutex(State())
    private let gate = AsyncStream.makeStream(of: Never.self)
    private let passed = AsyncStream.makeStream(of: Int.self)

    private init(upstream: URL) { self.upstream = upstream }

    /// Lends a proxy and its address; the path of `upstream` is not part of it.
    static func use<Value: Sendable>(
        upstream: URL, _ body: @Sendable (FaultProxy, URL) async throws -> Value
    ) async throws -> Value {
        let proxy = FaultProxy(upstream: upstream)
        return try await TestHTTPServer.use(handler: { await proxy.reply(to: $0) }) { url in
            try await body(proxy, url)
        }
    }

    /// Does so to the next requests.
    func inject(_ fault: Fault, on place: Place, times: Int) {
        self.state.withLock { ($0.fault, $0.place, $0.left) = (fault, place, times) }
    }

    /// How many of the requests that were meant have not come.
    var left: Int { self.state.withLock { $0.left } }

    /// How many writes have come.
    var writes: Int { self.state.withLock { $0.writes } }

    /// Passes on what was held, and waits until the server has answered it.
    func release() async {
        let held = self.state.withLock { $0.held }
        self.gate.continuation.finish()
        var passed = self.passed.stream.makeAsyncIterator()
        for _ in 0..<held { _ = await passed.next() }
    }

    private func reply(to request: TestHTTPServer.Request) async -> TestHTTPServer.Reply {
        switch self.fault(for: request) {
        case nil: return await self.passOn(request)
        case .status(let status): return .answer(status: status, body: Data("a page of somebody in between".utf8))
        case .throttled: return .answer(status: 429, headers: ["Retry-After": "7"])
        case .empty: return .answer(status: 200)
        case .closed: return .nothing
        case .answerDropped:
            _ = await self.passOn(request)
            return .nothing
        case .held:
            for await _ in self.gate.stream {}
            _ = await self.passOn(request)
            self.passed.continuation.yield(1)
            return .nothing
        }
    }

    private func fault(for request: TestHTTPServer.Request) -> Fault? {
        let place: Place = request.method == .GET ? .reads : .writes
        return self.state.withLock { state in
            if place == .writes { state.writes += 1 }
            guard state.left > 0, state.place == place, let fault = state.fault else { return nil }
            state.left -= 1
            if fault == .held { state.held += 1 }
            return fault
        }
    }

    private func passOn(_ request: TestHTTPServer.Request) async -> TestHTTPServer.Reply {
        guard let url = URL(string: request.target, relativeTo: self.upstream) else { return .nothing }
        var passed = HTTPClientRequest(url: url.absoluteString)
        passed.method = request.method
        passed.headers = request.headers
        for name in ["host", "connection", "content-length", "transfer-encoding"] { passed.headers.remove(name: name) }
        if !request.body.isEmpty { passed.body = .bytes(ByteBuffer(bytes: request.body)) }
        do {
            let answer = try await HTTPClient.shared.execute(passed, timeout: .seconds(30))
            let body = try await answer.body.collect(upTo: 32 << 20)
            let kept = answer.headers.filter { ["content-type", "retry-after"].contains($0.name.lowercased()) }
            return .answer(
                status: Int(answer.status.code),
                headers: Dictionary(kept.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first }),
                body: Data(body.readableBytesView))
        } catch {
            return .nothing
        }
    }
}
