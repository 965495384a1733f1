import Foundation
import Testing

@testable import DNSProviders

/// Against what AWS's own library for Python makes of the same requests, with the key from AWS's examples.
@Suite struct SignatureV4Tests {
    private static let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
    // 2026-11-23 10:00:00 UTC.
    private static let date = Date(timeIntervalSince1970: 1_795_428_000)

    private static func headers(
        _ request: SignatureV4.Request, service: String = "route53", token: String? = nil, at date: Date = Self.date
    ) -> [String: String] {
        let signature = SignatureV4(
            credential: .init(accessKeyID: "AKIDEXAMPLE", secretAccessKey: Self.secret, sessionToken: token),
            region: "us-east-1", service: service)
        return Dictionary(
            uniqueKeysWithValues: signature.headers(for: request, at: date).map { ($0.name, $0.value) })
    }

    private static func request(
        _ method: String, _ path: String, _ query: [(String, String)] = [], body: String = ""
    ) -> SignatureV4.Request {
        SignatureV4.Request(
            method: method, host: "route53.amazonaws.com", path: "/2013-04-01/\(path)",
            query: query.map { (name: $0.0, value: $0.1) }, body: Data(body.utf8))
    }

    @Test func queriesAreSignedInTheirOrder() {
        let request = Self.request(
            "GET", "hostedzone/Z1/rrset", [("name", "a.example.com."), ("type", "A"), ("maxitems", "300")])
        let headers = Self.headers(request)
        #expect(request.encodedQuery == "maxitems=300&name=a.example.com.&type=A")
        #expect(headers["x-amz-date"] == "20261123T100000Z")
        #expect(
            headers["authorization"]
                == "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261123/us-east-1/route53/aws4_request, "
                + "SignedHeaders=host;x-amz-date, "
                + "Signature=b4a845fc9912cd8cd01b7e19c5015eec943955bcd718fa821a63689e70682b42")
    }

    @Test func bodiesAreSigned() {
        let headers = Self.headers(Self.request("POST", "hostedzone/Z1/rrset", body: "<a/>"))
        #expect(
            headers["authorization"]?.hasSuffix("3eddf183bcc0640a8eee2c6a1c64a09365ff5e0cfaa7aa9ebee78795fda92099")
                == true)
        #expect(headers.values.allSatisfy { !$0.contains(Self.secret) })
    }

    @Test func tokensAreSignedAndNamesAreEncoded() {
        let request = Self.request("GET", "hostedzonesbyname", [("dnsname", "*.ex+ample.com.")])
        let headers = Self.headers(request, token: "a/token+of=sorts")
        #expect(request.encodedQuery == "dnsname=%2A.ex%2Bample.com.")
        #expect(headers["x-amz-security-token"] == "a/token+of=sorts")
        #expect(headers["authorization"]?.contains("SignedHeaders=host;x-amz-date;x-amz-security-token,") == true)
        #expect(
            headers["authorization"]?.hasSuffix("6df90a18789cc2207b607e35c38d3dfca357f8cc6864028fa62dcdefafbb552c")
                == true)
    }

    /// "get-vanilla" of the examples that AWS publishes.
    @Test func publishedExampleIsMet() {
        let request = SignatureV4.Request(method: "GET", host: "example.amazonaws.com", path: "/")
        // 2015-08-30 12:36:00 UTC.
        let headers = Self.headers(request, service: "service", at: Date(timeIntervalSince1970: 1_440_938_160))
        #expect(headers["x-amz-date"] == "20150830T123600Z")
        #expect(
            headers["authorization"]?.hasSuffix("5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")
                == true)
    }
}
