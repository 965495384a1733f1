import BulkheadHummingbird
import ControlPlane
import HTTPTypes
import Hummingbird
import NIOCore
import ServiceLifecycle
import Tenancy
import Workflow

/// What happens to the work about a tenant, as it happens, as server-sent events.
struct ProvisioningEventsRoutes: RouteGroup {
    /// How many streams one process has open at a time.
    static let capacity = 200

    let provisioning: ProvisioningService
    let admins: ActiveAdmins
    let limit: StreamLimit
    let silence: Duration

    /// The route.
    ///
    /// - Parameter silence: how long a stream is silent at most.
    init(
        provisioning: ProvisioningService, admins: ActiveAdmins, capacity: Int = Self.capacity,
        silence: Duration = .seconds(15)
    ) {
        self.provisioning = provisioning
        self.admins = admins
        self.limit = StreamLimit(capacity)
        self.silence = silence
    }

    private static let headers: HTTPFields = [
        .contentType: "text/event-stream", .cacheControl: "no-store",
        // Proxies that buffer would keep events until there are enough of them.
        .accelBuffering: "no",
    ]

    var routes: [Route<BulkheadContext>] {
        [
            Route(
                RouteEntry(
                    .get, "/api/admin/tenants/{id}/provisioning/events", side: .admin, requires: .administrator)
            ) { try await self.follow($0, $1) }
        ]
    }

    /// 204 if there is nothing left to tell: it makes a browser's `EventSource` stop (HTML, section 9.2.3).
    private func follow(_ request: Request, _ context: BulkheadContext) async throws -> Response {
        guard case .admin(let admin) = try context.requireAdministrator() else { throw ProblemDetails.tokenRequired }
        let id: TenantID = try context.identifier("id", of: "tenant")
        let last = try LastEventID.read(from: request)
        let progress = try await self.provisioning.progress(of: id)
        let run = progress.run.header.id
        let end = progress.events.last?.sequence ?? 0
        let after = EventPosition.resumption(behind: last, in: run, progress.events)
        guard after < end || progress.run.status.isOpen else { return Response(status: .noContent) }
        let slot = try self.limit.admit()
        let stream = ProvisioningEventStream(
            provisioning: self.provisioning, run: run, after: after, silence: self.silence, admin: admin,
            admins: self.admins)
        let isConnected = context.isConnected
        let body = ResponseBody { writer in
            defer { withExtendedLifetime(slot) {} }
            if isConnected {
                try await request.body.consumeWithCancellationOnInboundClose { _ in
                    try await stream.write(to: &writer)
                }
            } else {
                try await stream.write(to: &writer)
            }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: Self.headers, body: body)
    }
}

/// One stream of a run's events to one client.
struct ProvisioningEventStream: Sendable {
    /// After which time a client has to prove anew who it is: what its token has at most.
    private static let lifetime = Duration.seconds(900)

    let provisioning: ProvisioningService
    let run: RunID
    let after: Int
    let silence: Duration
    let admin: AdminID
    let admins: ActiveAdmins

    private struct Ended: Error {}

    /// Writes until the run is over, the server stops, the administrator may not look any more, or the client is gone.
    @concurrent
    func write(to writer: inout any ResponseBodyWriter) async throws {
        var pulse = StreamPulse(silence: self.silence, lifetime: Self.lifetime, now: .now)
        try await writer.write(ByteBuffer(bytes: ServerSentEvent.retry(milliseconds: 1000)))
        do {
            // Woken at least once a second, not only when there is something to say.
            try await self.provisioning.follow(self.run, after: self.after, quiet: .zero) { @concurrent events in
                let mayGoOn = try await self.mayGoOn
                switch pulse.beat(hasEvents: !events.isEmpty, mayGoOn: mayGoOn, at: .now) {
                case .tell:
                    let lines = events.flatMap { EventDocument(run: self.run, recorded: $0).lines }
                    try await writer.write(ByteBuffer(bytes: lines))
                case .comment: try await writer.write(ByteBuffer(bytes: ServerSentEvent.comment("quiet")))
                case .wait: break
                case .end: throw Ended()
                }
            }
        } catch is Ended {
            // As if it were over: the client comes back and is told, or refused.
        }
    }

    private var mayGoOn: Bool {
        get async throws {
            guard !Task.isShuttingDownGracefully else { return false }
            return try await self.admins.contains(self.admin)
        }
    }
}
