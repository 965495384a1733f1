// What example/ uses of packages that are not there when it is checked; their own types say much more.

declare module "next/server" {
    export class NextResponse extends Response {
        static next(init?: { request?: { headers?: Headers }; headers?: HeadersInit; status?: number }): NextResponse;
        static rewrite(
            destination: string | URL,
            init?: { request?: { headers?: Headers }; headers?: HeadersInit; status?: number },
        ): NextResponse;
    }
}

declare module "next/headers" {
    export function headers(): Promise<Pick<Headers, "get">>;
}

declare module "next/navigation" {
    export function notFound(): never;
}

declare module "react" {
    export type ReactNode = unknown;
}

declare module "redis" {
    interface Client {
        readonly isReady: boolean;
        connect(): Promise<unknown>;
        disconnect(): Promise<void>;
        on(event: string, listener: (...values: unknown[]) => void): this;
        getRange(key: string, start: number, end: number): Promise<string>;
        set(key: string, value: string, options?: { PX?: number }): Promise<string | null>;
        del(key: string): Promise<number>;
    }
    export function createClient(options?: { url?: string; disableOfflineQueue?: boolean }): Client;
}

declare namespace JSX {
    interface IntrinsicElements {
        [name: string]: unknown;
    }
}

declare const process: { readonly env: Readonly<Record<string, string | undefined>> };
