import AsyncHTTPClient
import DNS
import DNSProviders
import Foundation
import NIOHTTP1
import Synchronization

/// Gives the answers of Route 53 that it was given, one after another, and keeps what was asked.
final class CannedRoute53: Sendable {
    /// An answer.
    struct Answer: Sendable {
        var status = 200
        var headers: [String: String] = [:]
        var body: String
    }

    private struct State {
        var answers: [Answer]
        var requests: [TestHTTPServer.Request] = []
    }

    static let secret = "a secret that must not be shown"
    static let token = "a/token+that=must not be shown"

    private let state: Mutex<State>

    private init(_ answers: [Answer]) { self.state = Mutex(State(answers: answers)) }

    /// Lends a provider that is answered so.
    static func use<Value: Sendable>(
        _ answers: [Answer], hostedZoneID: String? = nil,
        _ body: @Sendable (Route53Provider, CannedRoute53) async throws -> Value
    ) async throws -> Value {
        let server = CannedRoute53(answers)
        return try await TestHTTPServer.use(handler: { server.reply(to: $0) }) { url in
            let configuration = Route53Provider.Configuration(
                accessKeyID: "AKIDEXAMPLE", secretAccessKey: Self.secret, sessionToken: Self.token, endpoint: url,
                hostedZoneID: hostedZoneID)
            return try await body(Route53Provider(configuration, client: .shared), server)
        }
    }

    /// What was asked: method, path and query.
    var asked: [String] { self.requests.map { "\($0.method.rawValue) \($0.target)" } }

    var requests: [TestHTTPServer.Request] { self.state.withLock { $0.requests } }

    /// How many answers nobody came for.
    var left: Int { self.state.withLock { $0.answers.count } }

    private func reply(to request: TestHTTPServer.Request) -> TestHTTPServer.Reply {
        self.state.withLock { state in
            state.requests.append(request)
            guard !state.answers.isEmpty else { return .nothing }
            let answer = state.answers.removeFirst()
            return .answer(status: answer.status, headers: answer.headers, body: Data(answer.body.utf8))
        }
    }
}

/// Documents of Route 53, in the form that its API reference gives.
extension CannedRoute53.Answer {
    private static let head = #"<?xml version="1.0" encoding="UTF-8"?>"# + "\n"
    private static let space = #"xmlns="https://route53.amazonaws.com/doc/2013-04-01/""#

    /// Zones by name.
    static func zones(_ zones: [(id: String, name: String, isPrivate: Bool)], next: String? = nil) -> Self {
        let items = zones.map {
            "<HostedZone><Id>/hostedzone/\($0.id)</Id><Name>\($0.name)</Name><CallerReference>x</CallerReference>"
                + "<Config><PrivateZone>\($0.isPrivate)</PrivateZone></Config></HostedZone>"
        }
        let tail = next.map { "<NextDNSName>\(zones[0].name)</NextDNSName><NextHostedZoneId>\($0)</NextHostedZoneId>" }
        return Self(
            body: "\(Self.head)<ListHostedZonesByNameResponse \(Self.space)>\n<HostedZones>\(items.joined())"
                + "</HostedZones><IsTruncated>\(next != nil)</IsTruncated>\(tail ?? "")<MaxItems>100</MaxItems>"
                + "</ListHostedZonesByNameResponse>")
    }

    /// The one public zone `saas.test`.
    static var zone: Self { .zones([("Z1", "saas.test.", false)]) }

    /// Record sets, given as elements; more to come if `next` says where.
    static func sets(_ elements: String, next: String? = nil) -> Self {
        Self(
            body: "\(Self.head)<ListResourceRecordSetsResponse \(Self.space)><ResourceRecordSets>\(elements)"
                + "</ResourceRecordSets><IsTruncated>\(next != nil)</IsTruncated><MaxItems>300</MaxItems>"
                + "\(next ?? "")</ListResourceRecordSetsResponse>")
    }

    /// A change that was taken.
    static func change(_ status: String, _ root: String = "ChangeResourceRecordSetsResponse") -> Self {
        Self(
            body: "\(Self.head)<\(root) \(Self.space)><ChangeInfo><Id>/change/C1</Id><Status>\(status)</Status>"
                + "<SubmittedAt>2026-11-23T10:00:00Z</SubmittedAt></ChangeInfo></\(root)>")
    }

    /// A refusal.
    static func error(_ status: Int, _ code: String, headers: [String: String] = [:]) -> Self {
        Self(
            status: status, headers: headers,
            body: "\(Self.head)<ErrorResponse \(Self.space)><Error><Type>Sender</Type><Code>\(code)</Code>"
                + "<Message>words</Message></Error><RequestId>r-1</RequestId></ErrorResponse>")
    }

    /// A refused batch, in the form of its own.
    static var refusedBatch: Self {
        Self(
            status: 400,
            body: "\(Self.head)<InvalidChangeBatch \(Self.space)><Messages><Message>it already exists</Message>"
                + "</Messages><RequestId>r-1</RequestId></InvalidChangeBatch>")
    }

    /// An element of one record set.
    static func set(_ name: String, _ type: String, _ values: [String], ttl: Int = 60, extra: String = "") -> String {
        let records = values.map { "<ResourceRecord><Value>\($0)</Value></ResourceRecord>" }
        return "<ResourceRecordSet><Name>\(name)</Name><Type>\(type)</Type>\(extra)<TTL>\(ttl)</TTL>"
            + "<ResourceRecords>\(records.joined())</ResourceRecords></ResourceRecordSet>"
    }

    /// An element of a set that stands for a load balancer.
    static func alias(_ name: String, _ type: String) -> String {
        "<ResourceRecordSet><Name>\(name)</Name><Type>\(type)</Type><AliasTarget><HostedZoneId>Z2</HostedZoneId>"
            + "<DNSName>lb.example.net.</DNSName><EvaluateTargetHealth>false</EvaluateTargetHealth></AliasTarget>"
            + "</ResourceRecordSet>"
    }
}
