import { isObject } from "./Decoder.ts"
import type { FieldTree } from "./FieldTree.ts"

/** Counts the fields of rows that are not known, and reads none of them. */
export interface Counter {
  readonly see: (row: unknown) => void
  /** How often each occurred, by its path; names that do not look like names are `(other)`. */
  readonly counts: ReadonlyMap<string, number>
}

/** A counter for rows of one source. A row with the same names in the same order as the one before costs next to nothing. */
export const counter = (known: FieldTree): Counter => {
  const counts = new Map<string, number>()
  const root = levelOf(known, "")
  return { counts, see: (row) => count(root, row, counts) }
}

/** What does not look like a name of a field could be data: an object keyed by addresses, say. */
const other = "(other)"
export const fieldName = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/
/** More different names than any API has: from here on they are data. */
const maxNames = 100

interface Level {
  readonly known: FieldTree
  readonly path: string
  readonly inner: ReadonlyArray<readonly [name: string, level: Level]>
  /** The names of an object that had only known ones, in its order. */
  usual: ReadonlyArray<string>
}

const levelOf = (known: FieldTree, path: string): Level => ({
  known,
  path,
  inner: [...known].flatMap(([name, fields]) => (fields === undefined ? [] : [[name, levelOf(fields, `${path}${name}.`)]])),
  usual: []
})

const count = (level: Level, value: unknown, counts: Map<string, number>): void => {
  if (Array.isArray(value)) {
    for (const element of value) if (isObject<string>(element)) countObject(level, element, counts)
  } else if (isObject<string>(value)) countObject(level, value, counts)
}

const countObject = (level: Level, object: Fields, counts: Map<string, number>): void => {
  if (!isUsual(level, object)) countNames(level, object, counts)
  for (const [name, inner] of level.inner) if (Object.hasOwn(object, name)) count(inner, object[name], counts)
}

interface Fields {
  readonly [name: string]: unknown
}

/** Engines keep the names of objects of one shape in one list, which this goes through without making another. */
const isUsual = (level: Level, object: Fields): boolean => {
  let at = 0
  for (const name in object) if (name !== level.usual[at++]) return false
  return true
}

const countNames = (level: Level, object: Fields, counts: Map<string, number>): void => {
  const names = Object.keys(object)
  const unknown = names.filter((name) => !level.known.has(name))
  if (unknown.length === 0) level.usual = names
  for (const name of unknown) {
    const named = fieldName.test(name) ? `${level.path}${name}` : other
    const key = counts.has(named) || counts.size < maxNames ? named : other
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
}
