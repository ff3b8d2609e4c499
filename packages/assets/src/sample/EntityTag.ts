import * as Hash from "effect/Hash"

/** A strong entity tag for rows that `parts` determine. */
export const of = (...parts: ReadonlyArray<string | number>): string =>
  `"${parts.map((part) => (typeof part === "number" ? part : Hash.string(part) >>> 0).toString(36)).join("-")}"`

/** Whether an `If-None-Match` names a strong tag, by the weak comparison (RFC 9110, sections 8.8.3.2 and 13.1.2). */
export const isNamed = (header: string, tag: string): boolean =>
  header.split(",").some((one) => one.trim() === "*" || one.trim().replace(/^W\//, "") === tag)
