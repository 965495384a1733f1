import HTTPTypes
import Hummingbird
import NIOCore

/// The page that a person in a browser gets where a program would get ``ProblemDetails``.
///
/// Self-contained: no script, no picture, nothing from anywhere else; its policy permits its own style only. Nothing
/// that the request said is repeated on it, other than a request id of harmless characters.
struct ErrorPage {
    private let problem: ProblemDetails
    private let productName: String
    private let requestID: String

    /// - Parameters:
    ///   - productName: what the product calls itself.
    ///   - requestID: what people quote when they report this.
    init(_ problem: ProblemDetails, productName: String, requestID: String) {
        self.problem = problem
        self.productName = productName
        self.requestID = requestID
    }

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

    /// The page with the problem's status and fields.
    var response: Response {
        let nonce = PageNonce()
        var headers = self.problem.headers
        headers[.contentType] = "text/html; charset=utf-8"
        headers[.contentSecurityPolicy] =
            "default-src 'none'; style-src 'nonce-\(nonce)'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        headers[.vary] = "Accept"
        return Response(
            status: self.problem.status, headers: headers, body: .init(byteBuffer: ByteBuffer(string: self.html(nonce)))
        )
    }

    /// What the colour and the picture say before anybody reads a word.
    private enum Mood: String {
        case missing, paused, working, broken

        init(_ problem: ProblemDetails) {
            switch (problem.slug, problem.status.code) {
            case ("tenant-suspended", _): self = .paused
            case ("tenant-maintenance", _), ("tenant-provisioning", _), ("busy", _): self = .working
            case (_, 500...): self = .broken
            default: self = .missing
            }
        }

        /// Lines on a grid of 48 by 48.
        var picture: String {
            switch self {
            case .missing: return #"<circle cx="21" cy="21" r="12"/><path d="M30 30l10 10M17 17l8 8M25 17l-8 8"/>"#
            case .paused: return #"<circle cx="24" cy="24" r="17"/><path d="M20 17v14M28 17v14"/>"#
            case .working: return #"<circle cx="24" cy="24" r="17"/><path d="M24 14v10l7 5"/>"#
            case .broken:
                return
                    #"<path d="M10 30a9 9 0 0 1 2-17 12 12 0 0 1 23 2 8 8 0 0 1 3 15"/><path d="M26 22l-5 8h7l-5 8"/>"#
            }
        }
    }

    /// What people are told, who know of no tenants and no operators.
    private var words: (title: String, detail: String) {
        switch self.problem.slug {
        case "tenant-not-found":
            return (
                "There is nothing at this address",
                "Check how it is spelt. If you followed a link, ask whoever sent it for a new one."
            )
        case "tenant-suspended":
            return ("This account is suspended", "Please contact \(self.productName) to have it resumed.")
        case "tenant-maintenance":
            return ("We will be right back", "This account is being worked on. Please try again in a minute.")
        case "tenant-provisioning":
            return ("Almost ready", "This account is being set up. Please try again in a few seconds.")
        case "tenant-unavailable":
            return ("Not available", "Something is wrong with this account. Please contact \(self.productName).")
        default: return (self.problem.title, self.problem.detail)
        }
    }

    private func html(_ nonce: PageNonce) -> String {
        let mood = Mood(self.problem)
        let words = self.words
        let title = HTMLText.escaped(words.title)
        let product = HTMLText.escaped(self.productName)
        let tenant = self.problem.tenantName.map { "<p class=\"account\">\(HTMLText.escaped($0))</p>\n" } ?? ""
        return """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="robots" content="noindex">
            <meta name="color-scheme" content="light dark">
            <title>\(title) &middot; \(product)</title>
            <style nonce="\(nonce)">
            \(Self.style)
            </style>
            </head>
            <body class="\(mood.rawValue)">
            <header>\(product)</header>
            <main>
            <svg viewBox="0 0 48 48" aria-hidden="true" focusable="false">\(mood.picture)</svg>
            \(tenant)<h1>\(title)</h1>
            <p>\(HTMLText.escaped(words.detail))</p>
            </main>
            <footer>Status \(self.problem.status.code) &middot; request <code>\(HTMLText.escaped(self.requestID))</code></footer>
            </body>
            </html>

            """
    }

    private static let style = """
        :root { --ink: #16202c; --soft: #566373; --paper: #f5f7fa; --card: #fff; --line: #dfe5ec; --mood: #4361b8; }
        .paused { --mood: #a3521b; } .working { --mood: #1d7268; } .broken { --mood: #b03048; }
        @media (prefers-color-scheme: dark) {
        :root { --ink: #edf1f6; --soft: #a4b0bf; --paper: #10161e; --card: #19212c; --line: #2a3543; --mood: #93abf5; }
        .paused { --mood: #eda878; } .working { --mood: #72cfc2; } .broken { --mood: #f294a4; }
        }
        * { box-sizing: border-box; }
        body { margin: 0; min-height: 100vh; display: grid; grid-template-rows: auto 1fr auto; padding: 1.75rem;
        background: var(--paper); color: var(--ink); font: 1.0625rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto,
        "Helvetica Neue", sans-serif; -webkit-text-size-adjust: 100%; overflow-wrap: anywhere; }
        header { font-weight: 650; letter-spacing: -.01em; }
        header::before { content: ""; display: inline-block; width: .7em; height: .7em; margin-right: .55em;
        border-radius: .2em; background: var(--mood); }
        main { align-self: center; justify-self: center; width: 100%; max-width: 34rem; padding: 2.75rem 2.5rem 2.5rem;
        background: var(--card); border: 1px solid var(--line); border-radius: 1.125rem;
        box-shadow: 0 1px 2px rgb(16 24 40 / .05), 0 12px 32px -12px rgb(16 24 40 / .16); }
        svg { display: block; width: 4rem; height: 4rem; padding: .8rem; margin-bottom: 1.5rem; border-radius: 1rem;
        fill: none; stroke: var(--mood); stroke-width: 3; stroke-linecap: round; stroke-linejoin: round;
        background: color-mix(in srgb, var(--mood) 12%, transparent); }
        h1 { margin: 0 0 .75rem; font-size: clamp(1.5rem, 1.2rem + 1.6vw, 2rem); line-height: 1.2; font-weight: 680;
        letter-spacing: -.02em; text-wrap: balance; }
        p { margin: 0; color: var(--soft); text-wrap: pretty; }
        .account { margin-bottom: .35rem; color: var(--mood); font-weight: 600; }
        footer { padding-top: 1.75rem; color: var(--soft); font-size: .8125rem; text-align: center; }
        code { font: inherit; font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
        @media (max-width: 30rem) { body { padding: 1.25rem; } main { padding: 2rem 1.5rem; } }
        """
}
