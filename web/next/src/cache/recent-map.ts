/** A map of bounded size that forgets what was not used for the longest time. */
export class RecentMap<Value> {
    /** In the order of use: a Map keeps the order in which keys were added. */
    readonly #entries = new Map<string, Value>();
    readonly #maximum: number;

    /** @param maximum - how many entries are kept; at least 1. */
    constructor(maximum: number) {
        this.#maximum = maximum;
    }

    /** How many entries there are. */
    get size(): number {
        return this.#entries.size;
    }

    /** The value of a key, which thereby has been used. */
    get(key: string): Value | undefined {
        const value = this.#entries.get(key);
        if (value === undefined) return undefined;
        this.#entries.delete(key);
        this.#entries.set(key, value);
        return value;
    }

    /** Sets the value of a key. */
    set(key: string, value: Value): void {
        this.#entries.delete(key);
        this.#entries.set(key, value);
        if (this.#entries.size <= this.#maximum) return;
        for (const oldest of this.#entries.keys()) {
            this.#entries.delete(oldest);
            return;
        }
    }

    /** Forgets a key. */
    delete(key: string): void {
        this.#entries.delete(key);
    }
}
