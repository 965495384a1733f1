/**
 * A number among the options.
 *
 * @throws RangeError if it is not a whole number within the range.
 */
export function numberOption(
    name: string,
    value: number | undefined,
    fallback: number,
    least: number,
    most: number,
): number {
    const number = value ?? fallback;
    if (Number.isInteger(number) && number >= least && number <= most) return number;
    throw new RangeError(`${name}: not a whole number from ${least} to ${most}`);
}
