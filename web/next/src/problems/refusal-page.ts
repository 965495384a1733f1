import type { Refusal } from "./refusal.js";

/**
 * The page that a person in a browser gets where a program would get a problem document.
 *
 * Self-contained. Nothing that the request said is repeated on it, other than an id of harmless characters; all else
 * is text of this package.
 */
export function refusalPage(refusal: Refusal, requestID: string): string {
    return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${refusal.title}</title>
<style>
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; }
main { max-width: 32rem; padding: 2rem; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 1rem; }
footer { margin-top: 2rem; font-size: .8125rem; opacity: .65; }
</style>
</head>
<body>
<main>
<h1>${refusal.title}</h1>
<p>${refusal.detail}</p>
<footer>${refusal.status} &middot; request ${requestID}</footer>
</main>
</body>
</html>
`;
}
