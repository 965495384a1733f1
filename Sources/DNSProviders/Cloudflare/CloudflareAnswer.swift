import DNS
import Foundation

/// What every answer of the API has around its result.
struct CloudflareVerdict: Decodable, Sendable {
    /// What went wrong, by number; the words are for people and change.
    struct Problem: Decodable, Sendable {
        let code: Int
    }

    let success: Bool
    let errors: [Problem]?

    /// - Returns: nil if the text is something else, an empty answer too.
    init?(_ body: Data) {
        do { self = try JSONDecoder().decode(Self.self, from: body) } catch { return nil }
    }

    /// What it means for another attempt, and in words; nil if the numbers say nothing that is known.
    var meaning: (kind: DNSProviderError.Kind, reason: String)? {
        for problem in self.errors ?? [] {
            switch problem.code {
            case 971, 10429: return (.throttled, "was asked too often")
            case 10000, 10001, 9103, 9106, 9107, 9109, 6003, 6111:
                return (
                    .unauthorized,
                    "the token is not accepted; check it, and that it has Zone Read and DNS Edit on the zone"
                )
            case 1001, 7000, 7003: return (.unknownZone, "does not know the zone's id; check cloudflare.zoneID")
            case 81053...81058: return (.conflict, "other records are in the way; they are left alone")
            case 81044: return (.conflict, "a record that was there is gone; the rest was left as it was")
            default: continue
            }
        }
        return nil
    }
}

/// The result of an answer that says success.
struct CloudflareResult<Value: Decodable & Sendable>: Decodable, Sendable {
    let result: Value
    let pages: CloudflarePages?

    private enum CodingKeys: String, CodingKey {
        case result
        case pages = "result_info"
    }
}

/// Where in a list an answer is.
struct CloudflarePages: Decodable, Sendable {
    let totalPages: Int
    let totalCount: Int

    private enum CodingKeys: String, CodingKey {
        case totalPages = "total_pages"
        case totalCount = "total_count"
    }
}

/// A zone as the API lists it.
struct CloudflareZone: Decodable, Sendable {
    let id: String
    let name: String
    let status: String?
}

/// Something whose content does not matter.
struct CloudflareAnything: Decodable, Sendable {
    init(from decoder: any Decoder) throws {}
}
