import EdgeGateway
import EdgeTestSupport
import Foundation
import Tenancy
import Testing

@Suite("A portal of files", .timeLimit(.minutes(1)))
struct PortalTests {
    private func use<Value: Sendable>(_ body: (Edge, Backend) async throws -> Value) async throws -> Value {
        let folder = try TemporaryFolder()
        try folder.write("<!doctype html>index", to: "portal/index.html")
        try folder.write("body{}", to: "portal/assets/app-1.css")
        try folder.write("hidden", to: "portal/.env")
        try folder.write("known", to: "portal/.well-known/security.txt")
        try folder.write("secret", to: "secret.txt")
        try FileManager.default.createSymbolicLink(
            at: folder.url.appending(path: "portal/link.txt"),
            withDestinationURL: folder.url.appending(path: "secret.txt"))
        return try await Backend.use(Backend.answers("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\napi")) { backend in
            try await Edge.use(
                before: backend.port, api: [backend.port],
                changing: { $0.pages = .portal(folder: folder.url.appending(path: "portal").path) }
            ) { edge in try await body(edge, backend) }
        }
    }

    @Test("files, the index for everything that looks like a page, and the API behind")
    func files() async throws {
        try await self.use { edge, backend in
            for path in ["/", "/index.html", "/clients/7", "/a/b/c?d=e"] {
                let page = try await edge.ask("GET", path)
                #expect((page.status, page.body) == (200, "<!doctype html>index"), "\(path)")
                #expect(page["content-type"]?.hasPrefix("text/html") == true)
                #expect(page["cache-control"] == "no-cache")
                #expect(page["x-content-type-options"] == "nosniff")
            }
            let style = try await edge.ask("GET", "/assets/app-1.css")
            #expect((style.status, style.body) == (200, "body{}"))
            #expect(style["content-type"]?.hasPrefix("text/css") == true)
            #expect(style["cache-control"] == "public, max-age=31536000, immutable")
            let tag = try #require(style["etag"])
            let known = try await edge.ask("GET", "/assets/app-1.css", ["If-None-Match: \(tag)"])
            #expect(known.status == 304)
            let head = try await edge.ask("HEAD", "/")
            #expect((head.status, head["content-length"]) == (200, "20"))
            let wellKnown = try await edge.ask("GET", "/.well-known/security.txt")
            #expect(wellKnown.body == "known")
            #expect(backend.heads.isEmpty)
            let api = try await edge.ask("GET", "/api/x")
            #expect(api.body == "api")
            let admin = try await edge.ask("GET", "/", host: "admin.saas.test")
            #expect(admin.body == "api")
        }
    }

    @Test(
        "nothing else",
        arguments: [
            "/missing.js", "/.env", "/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt",
            "/assets/../../secret.txt",
            "/link.txt", "/%00", "/..%5csecret.txt", "//../secret.txt", "/assets/.%2e/%2e%2e/secret.txt", "/%zz",
        ])
    func nothingElse(path: String) async throws {
        try await self.use { edge, _ in
            let answer = try await edge.ask("GET", path)
            #expect(answer.status == 404 || answer.status == 400, "\(answer)")
            #expect(!answer.body.contains("secret") && !answer.body.contains("hidden"))
        }
    }

    @Test("only reading, and only for tenants that are served")
    func reading() async throws {
        try await self.use { edge, _ in
            let post = try await edge.ask("POST", "/", body: "x")
            #expect((post.status, post["allow"]) == (405, "GET, HEAD"))
            edge.town.set(.suspended, of: edge.town.acme)
            let suspended = try await edge.ask()
            #expect(suspended.status == 403)
        }
    }
}
