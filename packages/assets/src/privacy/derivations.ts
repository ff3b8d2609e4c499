import * as Derivation from "@sluice/core/data/Derivation"

/**
 * The domain of an email address: the text after its last @, in lower case. It must be a host name with a dot, whose last label
 * has a letter; otherwise `null`. An IP address is refused, since it would point at a person's machine.
 */
export const emailDomain = Derivation.make("email", "emailDomain", (address): string | null => {
  const at = address.lastIndexOf("@")
  const domain = address.slice(at + 1).toLowerCase()
  return at >= 0 && domain.length <= maxDomainLength && isHostName(domain) ? domain : null
})

/** The maximum length of a host name (RFC 1035, section 2.3.4). */
export const maxDomainLength = 253

/** The calendar year of a birth date, as written. The date must have been checked. */
export const birthYear = Derivation.make("birth_date", "birthYear", (date) => Number(date.slice(0, 4)))

let hostNames: RegExp | undefined

/**
 * Letters of any script, digits and hyphens, in labels of at most 63 characters (RFC 1035, RFC 5890). Compiled at the first
 * use, since its character classes take a millisecond, and many commands decode nothing.
 */
const isHostName = (domain: string): boolean => {
  hostNames ??=
    /^(?:[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]{0,61}[\p{L}\p{M}\p{N}])?\.)+(?=[^.]*\p{L})[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]{0,61}[\p{L}\p{M}\p{N}])?$/u
  return hostNames.test(domain)
}
