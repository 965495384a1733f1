import BulkheadHummingbird
import HTTPTypes

/// Why an upstream has not answered, or not to the end.
enum UpstreamTrouble: Error, Sendable, Equatable {
    /// No connection could be opened; nothing was sent.
    case cannotConnect(String)
    /// A kept connection had ended before anything was sent on it.
    case stale
    /// All connections are in use, and none became free in time.
    case busy
    /// The connection ended or broke before the first byte of an answer.
    case lost(String)
    /// What came is no HTTP, or ended in the middle of a message.
    case broken(String)
    /// The answer did not begin in time.
    case answerTimedOut
    /// The answer stopped coming.
    case bodyTimedOut
    /// The client stopped sending its body.
    case clientTimedOut
    /// The client sent more than it may.
    case bodyTooLarge(limit: Int)
    /// The client's body ended before its end.
    case bodyCutOff

    /// What the client is told, if it has not been told anything yet.
    var problem: ProblemDetails {
        switch self {
        case .busy: return .upstreamBusy
        case .answerTimedOut, .bodyTimedOut: return .gatewayTimeout
        case .clientTimedOut: return .requestTimeout
        case .bodyTooLarge(let limit): return .bodyTooLarge(limit: limit)
        case .bodyCutOff: return .badRequest("The body ended before its end.")
        case .cannotConnect, .stale, .lost, .broken: return .badGateway
        }
    }

    /// Whether it is a fault of the upstream or the way to it, which operators want to know of.
    var isOfUpstream: Bool {
        switch self {
        case .clientTimedOut, .bodyTooLarge, .bodyCutOff: return false
        default: return true
        }
    }
}

extension ProblemDetails {
    /// 502: what stands behind the edge gave no usable answer.
    static var badGateway: Self {
        Self(
            "bad-gateway", .badGateway, title: "We cannot reach the application",
            detail: "It gave no usable answer just now. Nothing is known to be wrong with the request; try again soon.",
            headers: [.retryAfter: "5"], isForPeople: true)
    }

    /// 504: what stands behind the edge took too long.
    static var gatewayTimeout: Self {
        Self(
            "gateway-timeout", .gatewayTimeout, title: "The application takes too long",
            detail: "It did not answer in time. The request may have been carried out; look before you repeat it.",
            headers: [.retryAfter: "10"], isForPeople: true)
    }

    /// 503: everything that stands behind the edge is at work.
    static var upstreamBusy: Self {
        var problem = ProblemDetails.busy(retryAfter: 2)
        problem.isForPeople = true
        return problem
    }

    /// 408: the client began to send a body and stopped.
    static var requestTimeout: Self {
        Self(
            "request-timeout", .requestTimeout, title: "The request took too long to arrive",
            detail: "The body stopped arriving. Send it again.")
    }

    /// 508: the request has come by here before, several times (RFC 9110, section 7.6.3).
    static var loop: Self {
        Self(
            "loop-detected", .init(code: 508, reasonPhrase: "Loop Detected"),
            title: "The request goes round in circles",
            detail: "The edge and what stands behind it send this request to each other.")
    }
}
