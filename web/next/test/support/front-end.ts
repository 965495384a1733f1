import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { connect } from "node:net";
import type { TestContext } from "node:test";
import { tenantFromHeaders } from "../../src/edge.js";
import type { TenantMiddleware } from "../../src/edge.js";

/** What came back from the front end. */
export interface Answer {
    readonly status: number;
    readonly headers: Headers;
    readonly body: string;
}

/** An application that says in JSON which headers its pages see, behind the middleware, on a real HTTP server. */
export class FrontEnd {
    readonly #port: number;

    private constructor(port: number) {
        this.#port = port;
    }

    /** Starts one that ends with the test. */
    static async start(context: TestContext, tenants: TenantMiddleware): Promise<FrontEnd> {
        const server = createServer((incoming, outgoing) => void serve(tenants, incoming, outgoing));
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        context.after(() => {
            server.closeAllConnections();
            server.close();
        });
        return new FrontEnd(server.address()?.port ?? 0);
    }

    /** Asks for a page of a host. */
    async get(host: string, fields: readonly string[] = [], path = "/", method = "GET"): Promise<Answer> {
        return await this.send([`${method} ${path} HTTP/1.1`, `Host: ${host}`, ...fields]);
    }

    /** Sends a request head line by line, as a well-behaved client would not. */
    async send(lines: readonly string[]): Promise<Answer> {
        const text = await new Promise<string>((resolve, reject) => {
            const decoder = new TextDecoder();
            let received = "";
            const socket = connect(this.#port, "127.0.0.1");
            socket.on("data", (chunk) => (received += decoder.decode(chunk, { stream: true })));
            socket.on("close", () => resolve(received));
            socket.on("error", reject);
            socket.write([...lines, "Connection: close", "", ""].join("\r\n"));
        });
        const end = text.indexOf("\r\n\r\n");
        const [first = "", ...fields] = text.slice(0, end).split("\r\n");
        const headers = new Headers();
        for (const field of fields) headers.append(field.slice(0, field.indexOf(":")), field.slice(field.indexOf(":") + 1));
        return { status: Number(first.split(" ")[1]), headers, body: text.slice(end + 4) };
    }
}

async function serve(tenants: TenantMiddleware, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const headers = new Headers();
    for (let index = 0; index + 1 < incoming.rawHeaders.length; index += 2) {
        headers.append(incoming.rawHeaders[index] ?? "", incoming.rawHeaders[index + 1] ?? "");
    }
    const url = new URL(incoming.url ?? "/", "http://localhost:3000");
    const decision = await tenants(new Request(url, { method: incoming.method ?? "GET", headers }));
    if (decision.kind === "answer") {
        const { response } = decision;
        outgoing.writeHead(response.status, { ...Object.fromEntries(response.headers), "content-length": String((await response.clone().arrayBuffer()).byteLength) });
        outgoing.end(await response.text());
        return;
    }
    const seen = JSON.stringify({
        kind: decision.kind,
        tenant: tenantFromHeaders(decision.headers) ?? null,
        headers: Object.fromEntries(decision.headers),
    });
    const status = decision.kind === "rewrite" ? decision.status : 200;
    outgoing.writeHead(status, { "content-type": "application/json", "content-length": String(new TextEncoder().encode(seen).length) });
    outgoing.end(seen);
}
