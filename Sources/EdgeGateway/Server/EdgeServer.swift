import BulkheadHummingbird
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore

/// Serves requests, whatever connection they come on.
struct EdgeServer: Sendable {
    let configuration: EdgeConfiguration
    let isSecure: Bool
    let responder: EdgeResponder
    let logger: Logger

    /// Serves one request to its end.
    ///
    /// - Parameter isStream: whether `channel` is a stream of HTTP/2, which ends with its request.
    /// - Throws: what means that the connection cannot be used any more.
    @concurrent
    func serve(
        _ request: Request, _ writer: consuming ResponseWriter, on channel: any Channel, isStream: Bool
    ) async throws {
        let exchange = EdgeExchange(
            request, client: channel, isStream: isStream, bodyLimit: self.configuration.bodyLimit)
        defer { exchange.end() }
        if isStream { channel.closeFuture.whenComplete { _ in exchange.end() } }
        guard exchange.upload.isNeeded else { return try await self.answer(request, writer, exchange) }
        var writer: ResponseWriter? = writer
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await exchange.upload.run(request.body) }
            // What the client still sends after the answer is of no use to anybody.
            defer { group.cancelAll() }
            guard let writer = writer.take() else { return }
            try await self.answer(request, writer, exchange)
        }
    }

    @concurrent
    private func answer(
        _ request: Request, _ writer: consuming ResponseWriter, _ exchange: EdgeExchange
    ) async throws {
        let response = try await self.respond(to: request, exchange)
        try await writer.write(response: response.head, body: response.body)
    }

    /// The answer to a request, whatever goes wrong.
    func respond(to request: Request, _ exchange: EdgeExchange) async throws -> Response {
        var context = EdgeContext(
            source: ApplicationRequestContextSource(channel: exchange.client, logger: self.logger))
        context.exchange = exchange
        var response = try await self.responder.respond(to: request, context: context)
        if response.headers[.date] == nil { response.headers[.date] = HTTPDate.now }
        if let policy = self.configuration.strictTransportSecurity {
            response.headers[.strictTransportSecurity] = policy
        }
        return response
    }
}

/// The time as HTTP writes it (RFC 9110, section 5.6.7).
enum HTTPDate {
    private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    static var now: String { self.text(of: time(nil)) }

    static func text(of seconds: time_t) -> String {
        var seconds = seconds
        var parts = tm()
        gmtime_r(&seconds, &parts)
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let day = "\(self.days[Int(parts.tm_wday)]), \(two(parts.tm_mday)) \(self.months[Int(parts.tm_mon)])"
        return "\(day) \(1900 + parts.tm_year) \(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec)) GMT"
    }
}
