import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { TestContext } from "node:test";

/** In which way the server misbehaves. */
export type Fault =
    | "none"
    | "hang"
    | "slow body"
    | "cut"
    | "500"
    | "garbage"
    | "array"
    | "long"
    | "redirect"
    | "plain 404"
    | "other 404"
    | "other tenant"
    | "bad id";

/** The token that it takes. */
export const token = "a-token-for-tests";

/**
 * A server that answers `GET /api/edge/tenants?host=` as Bulkhead does, and can be told to do it badly.
 *
 * That Bulkhead does answer like this is shown by the tests that run on a real one.
 */
export class FakeBulkhead {
    /** The hosts that were asked for, in order. */
    readonly asked: string[] = [];
    /** What else it was asked, such as what a redirection would lead to. */
    readonly strayRequests: string[] = [];
    /** The token that it takes; undefined for the one that all tests have. */
    token: string | undefined;
    /** What it does wrong. */
    fault: Fault = "none";
    /** For how many seconds it vouches for what it says; undefined to say nothing. */
    maxAge: number | undefined;
    /** Answers wait for this. */
    gate: Promise<void> = Promise.resolve();
    readonly #statuses = new Map<string, { id: string; name: string; status: string; version: number }>();
    #server: Server | undefined;
    #port = 0;

    /** Starts one that ends with the test. */
    static async start(context: TestContext): Promise<FakeBulkhead> {
        const fake = new FakeBulkhead();
        await fake.listen();
        context.after(() => fake.stop());
        return fake;
    }

    /** Where it listens. */
    get url(): string {
        return `http://127.0.0.1:${this.#port}`;
    }

    /** Makes or changes a tenant of `example.com`. */
    tenant(subdomain: string, status = "active", name = `Tenant ${subdomain}`): void {
        const before = this.#statuses.get(subdomain);
        const id = before?.id ?? idOf(this.#statuses.size + 1);
        this.#statuses.set(subdomain, { id, name, status, version: (before?.version ?? 0) + 1 });
    }

    /** Makes the server forget the last change, as one does that has not heard of it yet. */
    fallBehind(subdomain: string, status: string): void {
        const now = this.#statuses.get(subdomain);
        if (now !== undefined) this.#statuses.set(subdomain, { ...now, status, version: now.version - 1 });
    }

    /** The id of a tenant. */
    id(subdomain: string): string {
        return this.#statuses.get(subdomain)?.id ?? "";
    }

    /** Removes a tenant. */
    remove(subdomain: string): void {
        this.#statuses.delete(subdomain);
    }

    /** Listens, again at the same port after {@link stop}. */
    async listen(): Promise<void> {
        const server = createServer((request, response) => void this.#handle(request, response));
        await new Promise<void>((resolve) => server.listen(this.#port, "127.0.0.1", resolve));
        this.#server = server;
        this.#port = server.address()?.port ?? 0;
    }

    /** Ends: whoever asks is refused. */
    async stop(): Promise<void> {
        const server = this.#server;
        if (server === undefined) return;
        this.#server = undefined;
        await new Promise<void>((resolve) => {
            server.close(() => resolve());
            server.closeAllConnections();
        });
    }

    async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
        const url = new URL(request.url ?? "/", this.url);
        if (url.pathname !== "/api/edge/tenants") {
            this.strayRequests.push(url.pathname);
            response.writeHead(404).end();
            return;
        }
        const host = url.searchParams.get("host") ?? "";
        this.asked.push(host);
        await this.gate;
        if (request.headers["authorization"] !== `Bearer ${this.token ?? token}`) {
            problem(response, 401, "token-invalid");
        } else if (!this.#misbehave(response, host)) {
            this.#answer(response, host);
        }
    }

    #answer(response: ServerResponse, host: string): void {
        const subdomain = host.replace(/\.example\.com$/, "");
        const tenant = this.#statuses.get(subdomain);
        if (tenant === undefined) return problem(response, 404, "host-unknown");
        const headers = this.maxAge === undefined ? {} : { "cache-control": `private, max-age=${this.maxAge}` };
        json(response, 200, JSON.stringify({ ...tenant, subdomain, tier: "standard" }), headers);
    }

    /** Whether the fault has answered, or never will. */
    #misbehave(response: ServerResponse, host: string): boolean {
        const subdomain = host.replace(/\.example\.com$/, "");
        const good = { id: idOf(99), name: "Other", status: "active", tier: "free" };
        switch (this.fault) {
            case "none":
                return false;
            case "hang":
                return true;
            case "slow body":
                response.writeHead(200, { "content-type": "application/json" }).write('{"id":');
                return true;
            case "cut":
                response.writeHead(200, { "content-type": "application/json", "content-length": "500" }).write("{");
                response.socket?.destroy();
                return true;
            case "500":
                problem(response, 500, "internal");
                return true;
            case "garbage":
                json(response, 200, "<html>{not json");
                return true;
            case "array":
                json(response, 200, "[]");
                return true;
            case "long":
                json(response, 200, JSON.stringify({ ...good, subdomain, name: "x".repeat(1_000_000) }));
                return true;
            case "redirect":
                response.writeHead(302, { location: `${this.url}/elsewhere` }).end();
                return true;
            case "plain 404":
                response.writeHead(404, { "content-type": "text/html" }).end("<h1>Not found</h1>");
                return true;
            case "other 404":
                problem(response, 404, "tenant-not-found");
                return true;
            case "other tenant":
                json(response, 200, JSON.stringify({ ...good, subdomain: "other" }));
                return true;
            case "bad id":
                json(response, 200, JSON.stringify({ ...good, subdomain, id: "1; DROP TABLE tenants" }));
                return true;
        }
    }
}

function idOf(number: number): string {
    return `018f0000-0000-7000-8000-${number.toString(16).padStart(12, "0")}`;
}

function json(response: ServerResponse, status: number, body: string, headers: Record<string, string> = {}): void {
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(body);
}

function problem(response: ServerResponse, status: number, slug: string): void {
    const body = JSON.stringify({ type: `https://bulkhead.dev/problems/${slug}`, title: slug, status });
    response.writeHead(status, { "content-type": "application/problem+json" }).end(body);
}
