import Foundation
import HTTPTypes
import Tenancy
import TestSupport
import Testing

@Suite("Crossing over by HTTP, with a real database behind")
struct CrossingTests {
    @Test("A's token on B's host: 403, and a row in the audit trail")
    func wrongHost() async throws {
        try await Installation.with { installation in
            let acme = try await installation.makeTenant("acme")
            let globex = try await installation.makeTenant("globex")
            for (method, path) in [
                (HTTPRequest.Method.get, "/api/tenant/clients"), (.get, "/api/tenant/info"),
                (.post, "/api/tenant/clients"), (.delete, "/api/tenant/clients/\(UUID())"),
            ] {
                let answer = try await installation.send(
                    method, path, host: "globex.localhost", token: acme.token,
                    body: method == .post ? #"{"name":"intruder"}"# : nil)
                #expect(answer.status == 403)
                #expect(answer.text.contains("problems/tenant-mismatch"))
                #expect(!answer.text.contains("\(acme.id)") && !answer.text.contains("\(globex.id)"))
            }
            let rows = try await installation.bulkhead.database.execute(
                """
                SELECT count(*) FROM bulkhead.audit_log WHERE action = 'isolation.violation'
                  AND details::text LIKE '%\(acme.id)%' AND details::text NOT LIKE '%eyJ%'
                """)
            #expect(rows == "4")
            let schema = Placement.ownSchema(of: globex.id).schema
            #expect(try await installation.bulkhead.database.execute("SELECT count(*) FROM \(schema).clients") == "0")
        }
    }

    @Test("Nothing that a request says makes it another tenant's")
    func claims() async throws {
        try await Installation.with { installation in
            let acme = try await installation.makeTenant("acme")
            let globex = try await installation.makeTenant("globex")
            _ = try await installation.send(
                .post, "/api/tenant/clients", host: "globex.localhost", token: globex.token,
                body: #"{"name":"Secret of Globex"}"#)
            for headers in [
                ["X-Tenant-ID": "\(globex.id)"], ["X-Tenant-Subdomain": "globex"],
                ["X-Forwarded-Host": "globex.localhost"], ["Forwarded": "host=globex.localhost"],
            ] {
                let answer = try await installation.send(
                    .get, "/api/tenant/clients?tenant_id=\(globex.id)", host: "acme.localhost", token: acme.token,
                    headers: headers)
                #expect(!answer.text.contains("Secret of Globex"), "\(headers)")
            }
            let body = try await installation.send(
                .post, "/api/tenant/clients", host: "acme.localhost", token: acme.token,
                body: #"{"name":"x","tenant_id":"\#(globex.id)"}"#)
            #expect(body.status == 422)
            #expect(try body.pointers == ["/tenant_id"])
        }
    }

    @Test("No token 401, unknown host 404, bad JSON 400, an admin's token 401 on a tenant's host")
    func refusals() async throws {
        try await Installation.with { installation in
            let acme = try await installation.makeTenant("acme")
            let bare = try await installation.send(.get, "/api/tenant/clients", host: "acme.localhost")
            #expect(bare.status == 401)
            #expect(bare.headers[.wwwAuthenticate]?.hasPrefix("Bearer") == true)
            let unknown = try await installation.send(
                .get, "/api/tenant/clients", host: "nobody.localhost", token: acme.token)
            #expect(unknown.status == 404 || unknown.status == 403)
            let stranger = try await installation.send(.get, "/api/tenant/clients", host: "nobody.localhost")
            #expect(stranger.status == 404)
            #expect(stranger.text.contains("tenant-not-found"))
            let broken = try await installation.send(
                .post, "/api/tenant/clients", host: "acme.localhost", token: acme.token, body: #"{"name": "#)
            #expect(broken.status == 400)
            let admin = try await installation.send(
                .get, "/api/tenant/clients", host: "acme.localhost", token: installation.adminToken)
            #expect(admin.status == 401 || admin.status == 403)
            let onAdmin = try await installation.send(
                .get, "/api/admin/tenants", host: "admin.localhost", token: acme.token)
            #expect(onAdmin.status == 403)
            let wrongSide = try await installation.send(
                .get, "/api/admin/tenants", host: "acme.localhost", token: installation.adminToken)
            #expect(wrongSide.status == 404 || wrongSide.status == 401)
        }
    }

    @Test("Every field that is wrong is named, and nothing is stored")
    func validation() async throws {
        try await Installation.with { installation in
            let acme = try await installation.makeTenant("acme")
            let long = String(repeating: "x", count: 201)
            for (body, pointers) in [
                (#"{"name":7,"email":"no","phone":[],"notes":{}}"#, ["/name", "/email", "/phone", "/notes"]),
                (#"{"name":"\#(long)","email":"a@b","phone":"\#(long)"}"#, ["/name", "/email", "/phone"]),
                (#"{"name":"a\u0000b","notes":"a\u0007b"}"#, ["/name", "/notes"]),
                (#"{"name":"Acme\r\nBcc: x@evil.example"}"#, ["/name"]), (#"{}"#, ["/name"]),
                (#"{"name":"x","extra":1,"id":"y"}"#, ["/extra", "/id"]),
            ] {
                let answer = try await installation.send(
                    .post, "/api/tenant/clients", host: "acme.localhost", token: acme.token, body: body)
                #expect(answer.status == 422, "\(body)")
                #expect(try answer.pointers == Set(pointers), "\(body)")
            }
            let schema = Placement.ownSchema(of: acme.id).schema
            #expect(try await installation.bulkhead.database.execute("SELECT count(*) FROM \(schema).clients") == "0")
            let before = try await installation.bulkhead.database.execute("SELECT count(*) FROM public.tenants")
            for body in [
                #"{"name":"x","subdomain":"www","tier":"standard","adminEmail":"a@b.example"}"#,
                #"{"name":"x","subdomain":"xyz","tier":"golden","adminEmail":"a@b.example"}"#,
                #"{"name":"x","subdomain":"xyz","tier":"free","adminEmail":"a@b.example","settings":{"locale":5}}"#,
            ] {
                let answer = try await installation.send(
                    .post, "/api/admin/tenants", host: "admin.localhost", token: installation.adminToken, body: body)
                #expect(answer.status == 422, "\(answer.testDescription)")
            }
            #expect(try await installation.bulkhead.database.execute("SELECT count(*) FROM public.tenants") == before)
        }
    }

    @Test("A suspended tenant and a disabled member are refused with tokens that are still good")
    func revocation() async throws {
        try await Installation.with { installation in
            let acme = try await installation.makeTenant("acme")
            func status() async throws -> Int {
                try await installation.send(
                    .get, "/api/tenant/clients", host: "acme.localhost", token: acme.token
                ).status
            }
            #expect(try await status() == 200)
            let schema = Placement.ownSchema(of: acme.id).schema
            try await installation.bulkhead.database.execute("UPDATE \(schema).users SET status = 'disabled'")
            #expect(try await status() == 401)
            try await installation.bulkhead.database.execute("UPDATE \(schema).users SET status = 'active'")
            #expect(try await status() == 200)
            try await installation.bulkhead.database.execute("UPDATE public.tenants SET status = 'suspended'")
            try await eventually(within: .seconds(30)) { try await status() == 403 }
        }
    }

    @Test("A client through its life over HTTP, with entity tags")
    func clients() async throws {
        try await Installation.with { installation in
            let acme = try await installation.makeTenant("acme")
            let host = "acme.localhost"
            let made = try await installation.send(
                .post, "/api/tenant/clients", host: host, token: acme.token,
                body: #"{"name":"Zoë & Söhne","email":"Zoe@X.example"}"#)
            #expect(made.status == 201)
            let path = try #require(made.headers[.location])
            let tag = try #require(made.headers[.eTag])
            let taken = try await installation.send(
                .post, "/api/tenant/clients", host: host, token: acme.token,
                body: #"{"name":"Other","email":"zoe@x.example"}"#)
            #expect(taken.status == 409)
            let changed = try await installation.send(
                .put, path, host: host, token: acme.token, body: #"{"name":"Zoë"}"#, headers: ["If-Match": tag])
            #expect(changed.status == 200)
            let stale = try await installation.send(
                .put, path, host: host, token: acme.token, body: #"{"name":"Zoë"}"#, headers: ["If-Match": tag])
            #expect(stale.status == 412)
            #expect(try await installation.send(.delete, path, host: host, token: acme.token).status == 204)
            #expect(try await installation.send(.get, path, host: host, token: acme.token).status == 404)
        }
    }
}
