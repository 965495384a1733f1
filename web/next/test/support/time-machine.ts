import type { TestContext } from "node:test";

/** Moves this process's clocks, so that nobody has to wait for something to grow old. */
export class TimeMachine {
    #offset = 0;

    constructor(context: TestContext) {
        const now = performance.now.bind(performance);
        const wallTime = Date.now;
        // Node.js 18 lets it be defined anew, but not assigned.
        define(performance, () => now() + this.#offset);
        Date.now = () => wallTime() + this.#offset;
        context.after(() => {
            define(performance, now);
            Date.now = wallTime;
        });
    }

    /** Goes so many milliseconds into the future. */
    advance(milliseconds: number): void {
        this.#offset += milliseconds;
    }
}

function define(clock: Performance, now: () => number): void {
    Object.defineProperty(clock, "now", { value: now, configurable: true });
}
