public import Hummingbird

/// `/health/live` and `/health/ready` of the management listener.
///
/// Alive is whoever answers. Ready is who can serve: all checks are asked at the same time, and one that fails makes it
/// 503, so that a load balancer looks elsewhere. Meant for a listener that strangers do not reach: the answer says what
/// is broken.
public struct HealthRoutes: Sendable {
    private let checks: [ReadinessCheck]

    /// Routes that ask `checks`.
    public init(checks: [ReadinessCheck]) {
        self.checks = checks
    }

    /// Adds the routes to the router of the management listener.
    public func register<Context: RequestContext>(on router: some RouterMethods<Context>) {
        let checks = self.checks
        router.get("/health/live") { _, _ -> Response in
            Response.json(headers: [.cacheControl: "no-store"]) { $0.member("status", "live") }
        }
        router.get("/health/ready") { _, _ -> Response in
            await Self.ready(checks)
        }
    }

    private static func ready(_ checks: [ReadinessCheck]) async -> Response {
        let outcomes = await withTaskGroup(of: (Int, ReadinessCheck.Outcome).self) { group in
            for (index, check) in checks.enumerated() {
                group.addTask { (index, await check.run()) }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        let isReady = outcomes.values.allSatisfy(\.isReady)
        let status: HTTPResponse.Status = isReady ? .ok : .serviceUnavailable
        return Response.json(status: status, headers: [.cacheControl: "no-store"]) { json in
            json.member("status", isReady ? "ready" : "notReady")
            json.name("checks")
            json.array { json in
                for (index, check) in checks.enumerated() {
                    json.object { Self.write(check.name, outcomes[index] ?? .failed("not asked"), to: &$0) }
                }
            }
        }
    }

    private static func write(_ name: String, _ outcome: ReadinessCheck.Outcome, to json: inout JSONWriter) {
        json.member("name", name)
        switch outcome {
        case .ready(let detail):
            json.member("status", "ready")
            if let detail { json.member("detail", detail) }
        case .failed(let detail):
            json.member("status", "failed")
            json.member("detail", detail)
        }
    }
}
