/**
 * Whether a label can be a tenant's: `acme` of `acme.example.com`.
 *
 * 3-63 characters of ASCII lower-case letters, digits and hyphens; starts with a letter, ends with a letter or a digit
 * (RFC 1035, section 2.3.1); no two hyphens at positions 3-4, which are set aside for `xn--` and its like (RFC 5891,
 * section 4.2.3.1). Reserved names are not asked about: they have no tenant, which is for the server to say.
 */
export function isSubdomain(label: string): boolean {
    return /^[a-z][a-z0-9-]{1,61}[a-z0-9]$/.test(label) && label.slice(2, 4) !== "--";
}
