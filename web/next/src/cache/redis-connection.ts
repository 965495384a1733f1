import { DeadlineExceeded, withinDeadline } from "./deadline.js";

/** What is used of a client of the package `redis` (node-redis 4 or newer). */
export interface RedisClient {
    /** Whether commands can be sent. */
    readonly isReady: boolean;
    connect(): Promise<unknown>;
    disconnect(): Promise<unknown>;
    on(event: "error", listener: (error: unknown) => void): unknown;
    getRange(key: string, start: number, end: number): Promise<string | null>;
    set(key: string, value: string, options: { PX: number }): Promise<unknown>;
    del(key: string): Promise<unknown>;
}

/** Settings without which a Redis that is down would hold requests up; to be passed on to `createClient`. */
export interface RedisClientSettings {
    readonly disableOfflineQueue: true;
    readonly commandsQueueMaxLength: number;
    readonly socket: {
        readonly connectTimeout: number;
        readonly reconnectStrategy: (retries: number) => number;
    };
}

const settings: RedisClientSettings = {
    // What cannot be sent at once is not worth sending.
    disableOfflineQueue: true,
    commandsQueueMaxLength: 1_000,
    socket: {
        connectTimeout: 1_000,
        reconnectStrategy: (retries) => Math.min(50 * 2 ** Math.min(retries, 6), 2_000),
    },
};

/**
 * A connection to Redis that is made when it is needed, and given up when Redis does not answer.
 *
 * A connection whose other end hangs stays open for as long as nobody closes it, and commands would pile up in it.
 */
export class RedisConnection {
    readonly #make: (settings: RedisClientSettings) => RedisClient;
    readonly #deadline: number;
    #open: { readonly client: RedisClient; readonly ready: Promise<unknown> } | undefined;

    /** @param deadline - of each command, in milliseconds; at first, that of connecting is included. */
    constructor(make: (settings: RedisClientSettings) => RedisClient, deadline: number) {
        this.#make = make;
        this.#deadline = deadline;
    }

    /**
     * Sends a command.
     *
     * @throws DeadlineExceeded if Redis does not answer in time; what the client throws.
     */
    async run<Value>(command: (client: RedisClient) => Promise<Value>): Promise<Value> {
        const { client, ready } = (this.#open ??= this.#connect());
        try {
            return await withinDeadline(this.#deadline, async () => {
                await ready;
                return await command(client);
            });
        } catch (error) {
            if (error instanceof DeadlineExceeded || !isOpen(client)) this.#drop(client);
            throw error;
        }
    }

    /** Whether the last command's failure, if any, was about the command and not about the connection. */
    get isReady(): boolean {
        return this.#open?.client.isReady ?? false;
    }

    /** Closes the connection; the next command makes a new one. */
    close(): void {
        if (this.#open !== undefined) this.#drop(this.#open.client);
    }

    #connect(): { readonly client: RedisClient; readonly ready: Promise<unknown> } {
        const client = this.#make(settings);
        // An error event that nobody listens to ends the process. Whoever sends a command learns of it.
        client.on("error", () => undefined);
        const ready = client.connect();
        // The same: it is awaited with each command.
        ready.catch(() => undefined);
        return { client, ready };
    }

    #drop(client: RedisClient): void {
        if (this.#open?.client === client) this.#open = undefined;
        // One that never was connected refuses to be disconnected.
        client.disconnect().catch(() => undefined);
    }
}

/** node-redis says so of its clients; of others it is assumed. */
function isOpen(client: RedisClient & { readonly isOpen?: boolean }): boolean {
    return client.isOpen ?? true;
}
