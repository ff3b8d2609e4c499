/** The privileges to give an account, on a database (`*`) or a table, quoted for GRANT. */
export interface Grant {
  readonly privileges: ReadonlyArray<string>
  readonly on: string
}

/**
 * The privileges to grant, and to revoke (as REVOKE takes them), to turn lines of SHOW GRANTS into the wanted grants. Grants
 * that others may have given are neither granted nor revoked.
 */
export const differenceOf = (
  lines: ReadonlyArray<string>,
  wanted: ReadonlyArray<Grant>,
  byOthers: ReadonlyArray<Grant> = []
) => {
  const lacking = new Map(wanted.map(({ on, privileges }) => [on, new Set(privileges)]))
  const allowed = new Map([...byOthers, ...wanted].map(({ on, privileges }) => [on, new Set(privileges)]))
  const revoke: Array<string> = []
  for (const line of lines) {
    const [, what = "", on, options = ""] = grantLine.exec(line) ?? []
    if (on === undefined) {
      const [, role] = roleLine.exec(line) ?? []
      const [, proxy] = proxyLine.exec(line) ?? []
      const excess = role ?? proxy
      if (excess !== undefined) revoke.push(excess)
      continue
    }
    const kept = allowed.get(on)
    const excess = splitPrivileges(what).filter((privilege) => {
      lacking.get(on)?.delete(privilege)
      return privilege !== "USAGE" && !(kept?.has(privilege) ?? false)
    })
    if (excess.length > 0) revoke.push(`${excess.join(", ")} ON ${on}`)
    if (/GRANT OPTION/.test(options)) revoke.push(`GRANT OPTION ON ${on}`)
  }
  const grant = [...lacking].flatMap(([on, privileges]) =>
    privileges.size === 0 ? [] : [{ on, privileges: [...privileges] }]
  )
  return { grant, revoke }
}

/** The roles that lines of SHOW GRANTS give to an account, quoted. */
export const rolesIn = (lines: ReadonlyArray<string>): ReadonlyArray<string> =>
  lines.flatMap((line) => roleLine.exec(line)?.[1]?.match(role) ?? [])

const name = "`(?:[^`]|``)*`"
const account = `${name}(?:@${name})?`
const role = new RegExp(account, "g")
const grantLine = new RegExp(
  `^GRANT (.+?) ON ((?:(?:TABLE|FUNCTION|PROCEDURE|PACKAGE|PACKAGE BODY) )?(?:\\*|${name})\\.(?:\\*|${name})) TO \\S+(.*)$`
)
const roleLine = new RegExp(`^GRANT (${account}(?:, ?${account})*) TO `)
const proxyLine = new RegExp(`^GRANT (PROXY ON ${account}) TO `)

/** Splits at commas outside of column lists. */
const splitPrivileges = (list: string): ReadonlyArray<string> => list.split(/,\s*(?![^(]*\))/)
