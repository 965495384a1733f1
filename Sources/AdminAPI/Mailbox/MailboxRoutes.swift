import BulkheadHummingbird
import HTTPTypes
import Hummingbird
import Mail
import NIOCore

/// The mailbox of development: what would have been mailed, for whoever sits at this machine.
///
/// Without signing in, since its mails are how one comes to a password; so only where mail is not sent, and only for
/// connections from this machine. To everybody else it does not exist.
struct MailboxRoutes: RouteGroup {
    private typealias Show = @Sendable (Request, BulkheadContext) throws -> Response

    let mailbox: Mailbox

    var routes: [Route<BulkheadContext>] {
        [
            Self.route("/mailbox", self.list),
            Self.route("/mailbox/messages", self.messages),
            Self.route("/mailbox/messages/{id}") {
                Response.json(MailboxMessageDocument(message: try self.message($1)))
            },
            Self.route("/mailbox/{id}") { MailboxMessagePage(message: try self.message($1)).response },
            Self.route("/mailbox/{id}/html", self.html),
            Self.route("/mailbox/{id}/source", self.source),
        ]
    }

    private static func route(_ path: String, _ show: @escaping Show) -> Route<BulkheadContext> {
        Route(RouteEntry(.get, path, side: .admin, requires: .nothing)) { request, context in
            guard LocalRequest.isFromThisMachine(request, peer: context.scope.peer) else {
                throw ProblemDetails.notFound
            }
            return try show(request, context)
        }
    }

    private func list(_ request: Request, _ context: BulkheadContext) throws -> Response {
        let isPaused = QueryParameter.values("refresh", in: request.uri.query) == ["off"]
        return MailboxListPage(entries: try self.mailbox.list(), isPaused: isPaused).response
    }

    private func messages(_ request: Request, _ context: BulkheadContext) throws -> Response {
        let entries = try self.mailbox.list()
        return Response.json { json in
            json.name("data")
            json.array { json in
                for entry in entries { MailboxEntryDocument(entry: entry).write(to: &json) }
            }
        }
    }

    /// The mail's own HTML, with hardly any rights: made from what strangers entered.
    private func html(_ request: Request, _ context: BulkheadContext) throws -> Response {
        let headers: HTTPFields = [
            .contentType: "text/html; charset=utf-8",
            .contentSecurityPolicy:
                "sandbox \(MailboxMessagePage.rights); default-src 'none'; style-src 'unsafe-inline'; img-src data:",
        ]
        // A link would open inside of the frame, where nothing but mail may be.
        let text = try self.message(context).html.replacing(
            "<head>", with: #"<head><base target="_blank">"#, maxReplacements: 1)
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(string: text)))
    }

    private func source(_ request: Request, _ context: BulkheadContext) throws -> Response {
        guard let id = context.parameters.get("id"), let source = try self.mailbox.source(id) else {
            throw ProblemDetails.notFound("message")
        }
        let headers: HTTPFields = [.contentType: "text/plain; charset=utf-8"]
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: source)))
    }

    private func message(_ context: BulkheadContext) throws -> MailboxMessage {
        guard let id = context.parameters.get("id"), let message = try self.mailbox.message(id) else {
            throw ProblemDetails.notFound("message")
        }
        return message
    }
}
