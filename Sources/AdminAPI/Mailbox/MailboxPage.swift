import BulkheadHummingbird
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// The frame of the mailbox's pages: no script, nothing from anywhere else.
struct MailboxPage: Sendable {
    /// What the page is about; also its heading.
    let title: String
    /// After how many seconds the page is loaded anew; nil for never.
    var refresh: Int?
    /// The HTML below the heading.
    let content: String

    /// The page as an answer.
    var response: Response {
        let nonce = PageNonce()
        let headers: HTTPFields = [
            .contentType: "text/html; charset=utf-8",
            .contentSecurityPolicy:
                "default-src 'none'; style-src 'nonce-\(nonce)'; frame-src 'self'; base-uri 'none'; form-action 'none'; "
                + "frame-ancestors 'none'",
        ]
        return Response(
            status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(string: self.html(nonce: nonce))))
    }

    /// A time for people, exact for programs.
    static func time(_ date: Date) -> String {
        let text = Timestamp.text(date)
        let shown = text.prefix(19).replacing("T", with: " ")
        return #"<time datetime="\#(text)">\#(shown) UTC</time>"#
    }

    /// Text that, where it is too long for a line, goes on in the next one with the domain of an address.
    static func breakable(_ text: String) -> String {
        HTMLText.escaped(text).replacing("@", with: "<wbr>@")
    }

    private func html(nonce: PageNonce) -> String {
        let refresh = self.refresh.map { "<meta http-equiv=\"refresh\" content=\"\($0)\">\n" } ?? ""
        return """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="robots" content="noindex">
            \(refresh)<title>\(HTMLText.escaped(self.title))</title>
            <style nonce="\(nonce)">\(Self.style)</style>
            </head>
            <body>
            <header><a href="/mailbox">Mailbox</a> <span>development only: nothing here was sent</span></header>
            <main>
            <h1>\(HTMLText.escaped(self.title))</h1>
            \(self.content)
            </main>
            </body>
            </html>

            """
    }

    private static let style = """

        :root {
          color-scheme: light dark;
          --ink: light-dark(#1b1f24, #e6e8eb); --soft: light-dark(#57606a, #9aa4af);
          --line: light-dark(#d5dae0, #363d46); --paper: light-dark(#fff, #14171b);
          --panel: light-dark(#f5f7f9, #1c2127); --link: light-dark(#0a58ca, #7db4ff);
          font: 1rem/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
        }
        * { box-sizing: border-box; }
        body { margin: 0; }
        a { color: var(--link); }
        a:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 2px; }
        header { display: flex; flex-wrap: wrap; gap: .25rem 1rem; align-items: baseline; background: var(--panel);
          padding: .75rem max(1rem, 50% - 29rem); border-bottom: 1px solid var(--line); }
        header a { font-weight: 600; text-decoration: none; }
        header span, .soft { color: var(--soft); font-size: .875rem; }
        main { max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
        h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 1rem; overflow-wrap: anywhere; }
        h2 { font-size: 1.0625rem; margin: 2rem 0 .5rem; }
        table { width: 100%; border-collapse: collapse; }
        caption { text-align: left; padding-bottom: .25rem; }
        th, td { text-align: left; vertical-align: top; padding: .5rem .75rem .5rem 0; overflow-wrap: anywhere;
          border-bottom: 1px solid var(--line); }
        th { color: var(--soft); font-size: .875rem; font-weight: 600; }
        tbody th[scope=row] { white-space: nowrap; }
        time { white-space: nowrap; font-variant-numeric: tabular-nums; }
        pre { white-space: pre-wrap; overflow-wrap: anywhere; margin: 0; padding: 1rem; background: var(--panel);
          border: 1px solid var(--line); border-radius: .5rem; font: .9375rem/1.5 ui-monospace, monospace; }
        iframe { display: block; width: 100%; height: 36rem; border: 1px solid var(--line); border-radius: .5rem;
          background: #fff; }
        @media (max-width: 36rem) {
          .list thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
          .list tr { display: block; padding: .5rem 0; border-bottom: 1px solid var(--line); }
          .list td { display: block; padding: .125rem 0; border: 0; }
          .list td + td { color: var(--soft); font-size: .875rem; }
          pre { padding: .75rem; font-size: .8125rem; }
        }

        """
}
