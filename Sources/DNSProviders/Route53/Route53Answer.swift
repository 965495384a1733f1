import DNS
import Foundation

/// An answer of Route 53, and the document in it.
struct Route53Answer: Sendable {
    let raw: ProviderAnswer
    /// nil if the body is no XML; an empty one is none.
    let document: XMLTree?

    init(_ raw: ProviderAnswer) {
        self.raw = raw
        self.document = XMLTree(raw.body)
    }

    /// What was refused, if anything was.
    var refusal: Route53Refusal? {
        guard !(200..<300).contains(self.raw.status), let document = self.document else { return nil }
        return Route53Refusal(document)
    }
}

/// Why Route 53 did not do what it was asked for, by its code (API reference, "Common errors" and those of each action).
struct Route53Refusal: Sendable, Hashable {
    let code: String

    init?(_ document: XMLTree) {
        // Two forms: an error of all actions has its code inside, one of the batch alone is the document itself.
        guard let code = document["Error"]?["Code"]?.text ?? (document["Messages"] == nil ? nil : document.name) else {
            return nil
        }
        self.code = code
    }

    /// Something in the zone is not as the changes expect, or they are not allowed in it.
    var isAboutTheBatch: Bool { self.code == "InvalidChangeBatch" }

    /// nil for codes that mean no more than that it was refused.
    var meaning: (kind: DNSProviderError.Kind, reason: String)? {
        switch self.code {
        case "Throttling", "ThrottlingException", "RequestLimitExceeded", "TooManyRequestsException":
            (.throttled, "was asked too often; its limit is per account, so others may have used it up")
        case "PriorRequestNotComplete": (.throttled, "is still busy with an earlier change of this zone")
        case "AccessDenied", "AccessDeniedException":
            (
                .unauthorized,
                "the credential has no right to do this in the zone; check its policy (docs/dns-and-tls.md)"
            )
        case "InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId", "OptInRequired":
            (.unauthorized, "the access key is not known; check its id, and the session token if it has one")
        case "SignatureDoesNotMatch", "InvalidSignatureException", "IncompleteSignature", "MissingAuthenticationToken":
            (.unauthorized, "the secret does not fit the access key, or the clock of this machine is wrong")
        case "RequestExpired": (.unauthorized, "the request came too late; set the clock of this machine")
        case "ExpiredToken", "ExpiredTokenException":
            (.unauthorized, "the session token has expired; configure a new one")
        case "NoSuchHostedZone": (.unknownZone, "has no such zone; create it there first")
        case "NoSuchChange": (.refused, "knows no such change; the zone may be in another account now")
        case "ServiceUnavailable", "InternalFailure", "InternalError", "ServiceFailure":
            (.unavailable, "failed (\(self.code))")
        default: nil
        }
    }
}
