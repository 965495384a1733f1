public import HTTPTypes
public import Tenancy

/// What can be wrong with a request before anybody asks what it is for.
extension ProblemDetails {
    /// 400: the request breaks a rule of HTTP or of this interface.
    public static func badRequest(_ detail: String) -> Self {
        Self("bad-request", .badRequest, title: "The request is malformed", detail: detail)
    }

    /// 400: what names the host is missing, doubled or no host name.
    public static var badHost: Self {
        Self(
            "bad-host", .badRequest, title: "The request names no usable host",
            detail: "Send exactly one Host (or :authority) that is a host name with an optional port.")
    }

    /// 400: the body is no JSON.
    public static func malformedJSON(_ reason: String) -> Self {
        Self(
            "malformed-json", .badRequest, title: "The body is not usable JSON",
            detail: "The body is \(reason). Send one JSON document in UTF-8.")
    }

    /// 404: there is no such route.
    public static var notFound: Self {
        Self("not-found", .notFound, title: "There is nothing here", detail: "No resource has this address.")
    }

    /// 404: the thing that the address names does not exist, or is not the caller's to know of.
    public static func notFound(_ kind: String) -> Self {
        Self(
            "\(kind)-not-found", .notFound, title: "There is no such \(kind)",
            detail: "No \(kind) has this id, or it is not visible to you.")
    }

    /// 405: the route exists, with other methods.
    public static func methodNotAllowed(_ allowed: [HTTPRequest.Method]) -> Self {
        let list = allowed.map(\.rawValue).joined(separator: ", ")
        return Self(
            "method-not-allowed", .methodNotAllowed, title: "The method is not allowed here",
            detail: "This resource answers to: \(list).", headers: [.allow: list])
    }

    /// 413: the body is larger than the server reads.
    public static func bodyTooLarge(limit: Int) -> Self {
        Self(
            "body-too-large", .contentTooLarge, title: "The body is too large",
            detail: "A body may have at most \(limit) bytes.")
    }

    /// 415: the body is not declared as JSON.
    public static var notJSON: Self {
        Self(
            "unsupported-media-type", .unsupportedMediaType, title: "The body has the wrong type",
            detail: "Send the body as Content-Type: application/json.", headers: [.accept: "application/json"])
    }

    /// 422: the input was understood and breaks rules.
    public static func validationFailed(_ problems: [FieldProblem]) -> Self {
        Self(
            "validation-failed", .unprocessableContent, title: "Some values are not acceptable",
            detail: "Nothing was changed. See errors for each field and what it must be.", errors: problems)
    }

    /// 400: the field `Idempotency-Key` holds no key, or more than one.
    public static var idempotencyKeyMalformed: Self {
        .badRequest(
            "Send one Idempotency-Key of 1 to 255 visible ASCII characters, bare or in quotation marks.")
    }

    /// 422: the key was used with another request before (draft-ietf-httpapi-idempotency-key-header, section 2.7).
    public static var idempotencyKeyReused: Self {
        Self(
            "idempotency-key-reused", .unprocessableContent, title: "The Idempotency-Key belongs to another request",
            detail: "Nothing was changed. Repeat the first request exactly, or send a new key with this one.")
    }

    /// 500: a fault of ours.
    public static var internalError: Self {
        Self(
            "internal", .internalServerError, title: "Something went wrong on our side",
            detail: "The request could not be completed. Quote the requestId when you report this.")
    }

    /// 503: something that the request needs is away, most likely for a short time.
    ///
    /// - Parameter retryAfter: after how many seconds another try makes sense.
    public static func unavailable(retryAfter seconds: Int) -> Self {
        Self(
            "unavailable", .serviceUnavailable, title: "The service is not available at the moment",
            detail: "Nothing is known to be wrong with the request. Try again in \(seconds) s.",
            headers: [.retryAfter: String(seconds)])
    }

    /// 503: the request took longer than it may.
    public static var deadlineExceeded: Self {
        Self(
            "deadline-exceeded", .serviceUnavailable, title: "The request took too long",
            detail: "It was given up. A request that changes something may have done so: look before repeating it.",
            headers: [.retryAfter: "1"])
    }

    /// 503: too much at once.
    ///
    /// - Parameter retryAfter: after how many seconds another try makes sense.
    public static func busy(retryAfter seconds: Int) -> Self {
        Self(
            "busy", .serviceUnavailable, title: "The service is busy",
            detail: "More work is waiting than can be done in time. Try again in \(seconds) s.",
            headers: [.retryAfter: String(seconds)])
    }
}
