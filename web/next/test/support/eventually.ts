import assert from "node:assert/strict";

/** Waits until something holds. */
export async function eventually(what: string, holds: () => boolean | Promise<boolean>, seconds = 20): Promise<void> {
    const deadline = performance.now() + seconds * 1_000;
    while (!(await holds())) {
        assert(performance.now() < deadline, `not within ${seconds} s: ${what}`);
        // Nothing tells when it comes to hold: ask again.
        await new Promise((resolve) => setTimeout(resolve, 10));
    }
}
