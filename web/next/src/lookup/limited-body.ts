import { LookupFailure } from "./lookup-failure.js";

/** Answers of Bulkhead have some hundred bytes; whatever has more is something else. */
const maximumBytes = 16_384;

/**
 * Reads a body of limited size as text.
 *
 * @throws LookupFailure of kind `garbled` if it is longer; what reading throws.
 */
export async function limitedText(response: Response): Promise<string> {
    const reader = response.body?.getReader();
    if (reader === undefined) return "";
    const decoder = new TextDecoder();
    let text = "";
    for (let count = 0; ; ) {
        const { done, value } = await reader.read();
        if (done) return text + decoder.decode();
        count += value.byteLength;
        if (count > maximumBytes) {
            // Nobody waits for the end of a body that nobody wants, nor for what becomes of the wish.
            reader.cancel().catch(() => undefined);
            throw new LookupFailure("garbled", "The answer of the endpoint is too long.");
        }
        text += decoder.decode(value, { stream: true });
    }
}
