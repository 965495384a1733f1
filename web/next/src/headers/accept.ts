/**
 * Whether a client that says this in `Accept` would rather have HTML than JSON (RFC 9110, section 12.5.1).
 *
 * The same rule as in Bulkhead's server: programs that name nothing get JSON.
 */
export function prefersHTML(accept: string | null): boolean {
    if (accept === null || !accept.includes("text/html")) return false;
    let html = 0;
    let json = 0;
    for (const range of accept.split(",")) {
        const [type = "", ...parameters] = range.split(";").map((part) => part.trim().toLowerCase());
        const weight = weightIn(parameters);
        if (type === "text/html") html = Math.max(html, weight);
        if (type === "application/json" || type === "application/problem+json") json = Math.max(json, weight);
    }
    return html > json;
}

function weightIn(parameters: readonly string[]): number {
    const parameter = parameters.find((part) => part.startsWith("q="));
    if (parameter === undefined) return 1;
    const weight = Number(parameter.slice(2));
    return Number.isFinite(weight) ? weight : 1;
}
