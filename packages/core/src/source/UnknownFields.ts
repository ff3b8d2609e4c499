import { isObject } from "./Decoder.ts"
import type { FieldTree } from "./FieldTree.ts"

/** Counts unknown fields of rows, without reading their values. */
export interface Counter {
  readonly see: (row: unknown) => void
  /** The number of occurrences of each unknown field, by its path. Text that does not look like a name counts as `(other)`. */
  readonly counts: ReadonlyMap<string, number>
}

/**
 * Makes a counter for rows of one source. A row costs next to nothing if its names and their order equal those of the row
 * before.
 */
export const counter = (known: FieldTree): Counter => {
  const counts = new Map<string, number>()
  const root = levelOf(known, "")
  return { counts, see: (row) => count(root, row, counts) }
}

/** Counts names that could be data, for example in an object keyed by addresses. */
const other = "(other)"
export const fieldName = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/
/** More names than any API has. Further names count as data. */
const maxNames = 100

interface Level {
  readonly known: FieldTree
  readonly path: string
  readonly inner: ReadonlyArray<readonly [name: string, level: Level]>
  /** The names of the last object that had only known ones, in its order. */
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

/** Allocates nothing: engines keep one list of names for all objects of a shape. */
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
