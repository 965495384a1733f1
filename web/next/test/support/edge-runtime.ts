/**
 * Loads an entry of the package into a world that has the Fetch API and the language, and nothing of Node.js; then uses
 * it there. Prints what was loaded and what was decided.
 *
 * Run with `--experimental-vm-modules`.
 */
import { readFile } from "node:fs/promises";
import { SourceTextModule, createContext } from "node:vm";

const entry = new URL(`../../src/${process.argv[2] ?? ""}`, import.meta.url);
const asked: string[] = [];

function answer(input: URL): Response {
    const host = new URL(input).searchParams.get("host") ?? "";
    asked.push(host);
    const headers = { "content-type": "application/problem+json" };
    if (!host.startsWith("acme.")) {
        const type = "https://bulkhead.dev/problems/host-unknown";
        return new Response(JSON.stringify({ type }), { status: 404, headers });
    }
    const id = "018f0000-0000-7000-8000-000000000001";
    return new Response(JSON.stringify({ id, name: "Acme", subdomain: "acme", status: "active" }));
}

// What WinterTC's minimum common API and the Edge runtime of Next.js have in common, as far as it matters here.
const context = createContext({
    AbortController, AbortSignal, Headers, Request, Response, URL, URLSearchParams, TextDecoder, TextEncoder, Uint8Array,
    clearTimeout, setTimeout, performance, fetch: (input: URL) => Promise.resolve(answer(input)),
});

const modules = new Map<string, SourceTextModule>();

async function load(url: URL): Promise<SourceTextModule> {
    const known = modules.get(url.href);
    if (known !== undefined) return known;
    const module = new SourceTextModule(await readFile(url, "utf8"), { context, identifier: url.href });
    modules.set(url.href, module);
    return module;
}

async function link(specifier: string, from: SourceTextModule): Promise<SourceTextModule> {
    if (!specifier.startsWith(".")) throw new Error(`${specifier} is not there`);
    return await load(new URL(specifier, from.identifier));
}

const module = await load(entry);
await module.link(link);
await module.evaluate();

type Decision = { kind: string; tenant?: { subdomain: string }; headers?: Headers; response?: Response };
type Decide = (request: Request) => Promise<Decision>;
const make = module.namespace["createTenantMiddleware"] as (options: object) => Decide;
const withTenant = module.namespace["withTenant"] as (decide: Decide, responses: object) => (request: Request) => Promise<string>;

const decide = make({ endpoint: "http://bulkhead.test", token: "t", baseDomain: "example.com" });
const decisions: string[] = [];
for (const host of ["acme.example.com", "ACME.example.com:80", "nobody.example.com", "[::1]"]) {
    const decision = await decide(new Request("http://localhost/", { headers: { host } }));
    const words = [decision.kind, decision.tenant?.subdomain, decision.headers?.get("x-tenant-id"), decision.response?.status];
    decisions.push(words.filter((word) => word !== undefined).join(" "));
}
const handle = withTenant(decide, { next: () => "next" });
decisions.push(await handle(new Request("http://localhost/", { headers: { host: "acme.example.com" } })));
decisions.push(`asked ${asked.length}`);
console.log(JSON.stringify({ modules: [...modules.keys()], decisions }));
