/** That something did not happen in time. */
export class DeadlineExceeded extends Error {
    constructor(milliseconds: number) {
        super(`Not done within ${milliseconds} ms.`);
        this.name = "DeadlineExceeded";
    }
}

/**
 * Waits for a result, but no longer than so many milliseconds.
 *
 * @throws DeadlineExceeded; the work goes on, and what becomes of it is nobody's concern any more.
 */
export async function withinDeadline<Value>(milliseconds: number, body: () => Promise<Value>): Promise<Value> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tooLate = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new DeadlineExceeded(milliseconds)), milliseconds);
    });
    try {
        return await Promise.race([body(), tooLate]);
    } finally {
        clearTimeout(timer);
    }
}
