/** Whether a text is the id of a tenant: a UUID in lower case (RFC 9562), as Bulkhead writes it. */
export function isTenantID(text: string): boolean {
    return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(text);
}
