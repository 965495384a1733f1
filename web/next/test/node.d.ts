// What the tests use of Node.js, beside what types/node.d.ts declares for the sources.

declare module "node:test" {
    interface TestContext {
        after(body: () => unknown): void;
    }
    type Body = (context: TestContext) => unknown;
    export function test(name: string, body: Body): Promise<void>;
    export function test(name: string, options: { timeout: number }, body: Body): Promise<void>;
}

declare module "node:assert/strict" {
    interface Assert {
        (value: unknown, message?: string): asserts value;
        equal<Value>(actual: unknown, expected: Value, message?: string): asserts actual is Value;
        notEqual(actual: unknown, expected: unknown, message?: string): void;
        deepEqual(actual: unknown, expected: unknown, message?: string): void;
        match(text: string, pattern: RegExp): void;
        throws(body: () => unknown, expected?: RegExp | object): void;
        fail(message: string): never;
    }
    const assert: Assert;
    export default assert;
}

declare module "node:http" {
    export interface IncomingMessage {
        readonly url?: string;
        readonly method?: string;
        readonly rawHeaders: string[];
        readonly headers: Readonly<Record<string, string | undefined>>;
        [Symbol.asyncIterator](): AsyncIterator<Uint8Array>;
    }
    export interface ServerResponse {
        writeHead(status: number, headers?: Record<string, string>): ServerResponse;
        write(chunk: string): boolean;
        end(chunk?: string): void;
        readonly socket: { destroy(): void } | null;
    }
    export interface Server {
        listen(port: number, host: string, done: () => void): void;
        close(done?: () => void): void;
        closeAllConnections(): void;
        address(): { port: number } | null;
    }
    export function createServer(handle: (request: IncomingMessage, response: ServerResponse) => void): Server;
}

declare module "node:net" {
    export interface Socket {
        write(text: string): void;
        end(): void;
        destroy(): void;
        on(event: "data", listener: (chunk: Uint8Array) => void): Socket;
        on(event: "close", listener: () => void): Socket;
        on(event: "error", listener: (error: Error) => void): Socket;
    }
    export function connect(port: number, host: string): Socket;
}

declare module "node:vm" {
    export function createContext(globals: object): object;
    export class SourceTextModule {
        constructor(source: string, options: { context: object; identifier: string });
        link(linker: (specifier: string, from: SourceTextModule) => Promise<SourceTextModule>): Promise<void>;
        evaluate(): Promise<void>;
        readonly identifier: string;
        readonly namespace: Readonly<Record<string, unknown>>;
    }
}

declare module "node:fs/promises" {
    export function readFile(path: URL | string, encoding: "utf8"): Promise<string>;
    export function readdir(path: URL | string): Promise<string[]>;
    export function writeFile(path: URL | string, text: string): Promise<void>;
    export function rename(from: string, to: string): Promise<void>;
    export function access(path: URL | string): Promise<void>;
}

declare module "node:child_process" {
    export function spawnSync(
        program: string,
        parameters: readonly string[],
        options: { encoding: "utf8" },
    ): { readonly status: number | null; readonly stdout: string; readonly stderr: string };
}

declare module "node:module" {
    export function createRequire(from: string): (name: string) => unknown;
}

declare module "node:url" {
    export function fileURLToPath(url: URL | string): string;
}

declare const process: {
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly execPath: string;
    readonly argv: readonly string[];
    exitCode: number | undefined;
};
