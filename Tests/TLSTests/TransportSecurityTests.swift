import Foundation
import HummingbirdCore
import TLS
import Testing

@Suite(.timeLimit(.minutes(2))) struct TransportSecurityTests {
    private static let field = "strict-transport-security"

    @Test(arguments: ["--http2", "--http1.1"]) func everyAnswerCarriesIt(option: String) async throws {
        let authority = try Authority()
        let live = try authority.live()
        try await SecureServer.use(.secure(live), StrictTransportResponder(Answers(), policy: .standard)) { server in
            for (path, status) in [("/", "200"), ("/not-found", "404"), ("/fails", "500")] {
                let answer = try await Curl.get(path, port: server.port, trusting: authority.pem, option)
                #expect(answer.status.contains(status))
                #expect(answer.values(Self.field) == ["max-age=31536000; includeSubDomains"], "\(path)")
            }
        }
    }

    @Test func withoutAPolicyThereIsNone() async throws {
        let authority = try Authority()
        let live = try authority.live()
        try await SecureServer.use(.secure(live), StrictTransportResponder(Answers(), policy: nil)) { server in
            for path in ["/", "/fails"] {
                let answer = try await Curl.get(path, port: server.port, trusting: authority.pem)
                #expect(answer.values(Self.field) == [])
            }
        }
    }

    @Test func itIsWrittenAsTheStandardSays() {
        #expect(StrictTransportSecurity(maxAge: 60, includesSubdomains: false).fieldValue == "max-age=60")
        #expect(StrictTransportSecurity.standard.fieldValue == "max-age=31536000; includeSubDomains")
    }
}
