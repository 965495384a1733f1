import HTTPTypes
import Hummingbird
import NIOCore

/// The page that a person in a browser gets where a program would get ``ProblemDetails``.
///
/// Self-contained: no script, no picture, nothing from anywhere else; its policy permits its own style only. Nothing
/// that the request said is repeated on it, other than a request id of harmless characters.
enum ErrorPage {
    /// Whether a client that says this in `Accept` would rather have HTML than JSON (RFC 9110, section 12.5.1).
    static func isPreferred(by accept: String?) -> Bool {
        guard let accept, accept.contains("text/html") else { return false }
        var html = 0.0
        var json = 0.0
        for range in HeaderList.items(accept[...]) {
            let parts = HeaderList.items(range, separator: ";")
            guard let type = parts.first?.lowercased() else { continue }
            let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
            if type == "text/html" { html = max(html, weight) }
            if type == "application/json" || type == "application/problem+json" { json = max(json, weight) }
        }
        return html > json
    }

    static func response(_ problem: ProblemDetails, requestID: String) -> Response {
        let nonce = PageNonce()
        var headers = problem.headers
        headers[.contentType] = "text/html; charset=utf-8"
        headers[.contentSecurityPolicy] =
            "default-src 'none'; style-src 'nonce-\(nonce)'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        let page = Self.html(problem, requestID: requestID, nonce: nonce)
        return Response(status: problem.status, headers: headers, body: .init(byteBuffer: ByteBuffer(string: page)))
    }

    private static func html(_ problem: ProblemDetails, requestID: String, nonce: PageNonce) -> String {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="robots" content="noindex">
        <title>\(HTMLText.escaped(problem.title))</title>
        <style nonce="\(nonce)">
        :root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
        body { margin: 0; min-height: 100vh; display: grid; place-items: center; }
        main { max-width: 32rem; padding: 2rem; }
        h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 1rem; }
        footer { margin-top: 2rem; font-size: .8125rem; opacity: .65; }
        </style>
        </head>
        <body>
        <main>
        <h1>\(HTMLText.escaped(problem.title))</h1>
        <p>\(HTMLText.escaped(problem.detail))</p>
        <footer>\(problem.status.code) &middot; request \(HTMLText.escaped(requestID))</footer>
        </main>
        </body>
        </html>

        """
    }
}
