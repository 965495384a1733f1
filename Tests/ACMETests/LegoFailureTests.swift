import Foundation
import Testing

@testable import ACME

/// What is made of lego's words; the texts are those of lego 4.9.1 and of the servers.
@Suite struct LegoFailureTests {
    private static let failed = "Could not obtain certificates:\n\terror: one or more domains had a problem:\n"
    private static let urn = "urn:ietf:params:acme:error:"

    @Test(
        arguments: [
            (
                "acme: error: 429 :: POST :: https://a.test/new-order :: \(urn)rateLimited :: too many certificates (5)",
                .rateLimited
            ),
            ("acme: error: 400 :: POST :: https://a.test/o :: \(urn)accountDoesNotExist :: not found", .accountUnknown),
            (
                "acme: error: 403 :: POST :: https://a.test/o :: \(urn)unauthorized :: Account is not valid, has status",
                .accountUnknown
            ),
            ("\(failed)[saas.test] acme: error: 403 :: \(urn)unauthorized :: Incorrect TXT record", .unauthorized),
            ("\(failed)[saas.test] acme: error: 403 :: \(urn)caa :: CAA record for saas.test prevents issuance", .caa),
            ("\(failed)[saas.test] acme: error: 400 :: \(urn)dns :: DNS problem: SERVFAIL looking up TXT", .dns),
            ("\(failed)[saas.test] acme: error: 400 :: \(urn)connection :: timeout", .dns),
            (
                "acme: error: 400 :: POST :: https://a.test/o :: \(urn)rejectedIdentifier :: forbidden by policy",
                .refused
            ),
            ("Server requires External Account Binding. Use --eab with --kid and --hmac.", .refused),
            ("acme: error: 500 :: POST :: https://a.test/o :: \(urn)serverInternal :: Internal error", .unreachable),
            ("acme: error: 503 :: GET :: https://a.test/directory :: :: Service busy", .unreachable),
            ("Could not create client: get directory at 'https://a.test': dial tcp: connection refused", .unreachable),
            ("Could not create client: get directory: lookup a.test: no such host", .unreachable),
            ("get directory: x509: certificate signed by unknown authority", .untrusted),
            (
                "[WARN] pdns: failed to get API version unexpected HTTP status code 401 when GETing 'http://d/api'\n"
                    + "[saas.test] acme: error presenting token: pdns: unexpected HTTP status code 404",
                .badCredential
            ),
            (
                "[saas.test] acme: error presenting token: cloudflare: failed to find zone saas.test.: "
                    + "Invalid request headers (6003)",
                .badCredential
            ),
            (
                "error presenting token: cloudflare: failed to create TXT record: Authentication error (10000)",
                .badCredential
            ),
            (
                "error presenting token: route53: failed to determine hosted zone ID: SignatureDoesNotMatch: The request",
                .badCredential
            ),
            (
                "error presenting token: pdns: error talking to PDNS API: dial tcp 1.2.3.4:1: connection refused",
                .unreachable
            ),
            ("error presenting token: pdns: unexpected response code 'REFUSED' for _acme-challenge.a.", .notPublished),
            (
                "error presenting token: pdns: could not find the start of authority for a.: connection refused",
                .notPublished
            ),
            ("[saas.test] time limit exceeded: last error: NS ns1. returned NXDOMAIN", .notPublished),
            ("panic: runtime error", .failed), ("", .failed),
        ] as [(String, ACMEError.Code)])
    func wordsHaveAMeaning(output: String, code: ACMEError.Code) {
        #expect(LegoFailure(output: output).code == code)
    }

    @Test func theFirstProblemOfTheAuthorityIsNamed() {
        let failure = LegoFailure(output: "\(Self.urn)caa :: x\n\(Self.urn)dns :: y")
        #expect(failure.problem == "caa")
        #expect(LegoFailure(output: "nothing").problem == nil)
    }

    @Test(
        arguments: [
            ("too many, retry after 2027-01-15T08:00:00Z: see https://letsencrypt.org/docs/", 1_800_000_000.0),
            ("too many failed authorizations (5) recently, retry after 2027-01-15 08:00:00 UTC: see", 1_800_000_000),
            ("Retry After 2027-01-15 08:00:00", 1_800_000_000), ("retry after a while", nil),
            ("retry after 2027-77-99 08:00:00", nil),
        ] as [(String, Double?)])
    func theTimeOfALimitIsRead(text: String, seconds: Double?) {
        let failure = LegoFailure(output: "acme: error: 429 :: \(Self.urn)rateLimited :: \(text)")
        #expect(failure.retryAfter == seconds.map { Date(timeIntervalSince1970: $0) })
        #expect(LegoFailure(output: text).retryAfter == nil, "no limit, no time")
    }

    @Test func everyFailureSaysWhatHappenedToWhatAndWhatToDo() {
        for kind in ACMEError.Code.Kind.allCases {
            let error = FailureSubject.plain.error(ACMEError.Code(kind: kind), detail: "words of lego")
            #expect(error.description.hasPrefix("No certificate for *.saas.test, saas.test: "))
            #expect(error.description.hasSuffix("."))
            #expect(!error.description.contains("words of lego"))
            #expect(error.debugDescription.contains("words of lego"))
            #expect(error.debugDescription.contains(kind.rawValue))
        }
    }
}
