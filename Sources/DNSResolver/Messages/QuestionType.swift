import CCAres
import DNS

/// The kinds of records that can be asked for.
enum QuestionType: Sendable, Hashable {
    case a, aaaa, cname, txt, ns, soa

    init(_ type: RecordType) {
        self =
            switch type {
            case .a: .a
            case .aaaa: .aaaa
            case .cname: .cname
            case .txt: .txt
            }
    }

    /// nil for a kind that is passed over.
    init?(number: Int32) {
        guard let type = [Self.a, .aaaa, .cname, .txt, .ns, .soa].first(where: { $0.number == number }) else {
            return nil
        }
        self = type
    }

    /// The number of the kind in messages.
    var number: Int32 {
        let type =
            switch self {
            case .a: ns_t_a
            case .aaaa: ns_t_aaaa
            case .cname: ns_t_cname
            case .txt: ns_t_txt
            case .ns: ns_t_ns
            case .soa: ns_t_soa
            }
        return Int32(type.rawValue)
    }
}
