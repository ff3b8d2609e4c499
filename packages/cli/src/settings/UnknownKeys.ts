import { suggest } from "@sluice/core/suggest"
import { distance } from "fastest-levenshtein"
import * as Human from "../render/Human.ts"

/** The keys of all settings. */
export interface Known {
  /** The keys of the program. */
  readonly program: ReadonlyArray<string>
  /** The keys of the pipeline. */
  readonly pipeline: ReadonlyArray<string>
  /** The keys that other programs read from the same `.env`. */
  readonly others: ReadonlyArray<string>
}

/** Finds settings of the pipeline whose key the program uses too: a sentence for each. One text would have two meanings. */
export const shared = ({ others, pipeline, program }: Known): ReadonlyArray<string> => {
  const taken = new Set([...program, ...others])
  return pipeline
    .filter((key) => taken.has(key))
    .map((key) => `The pipeline declares the setting ${key}, which is the program's own. Give it another key.`)
}

/**
 * Finds keys of a `.env` that are no settings: a sentence for each, with the most similar setting if there is one. A key that
 * does not look like one is reported by its line number only, because it may be part of a secret. Compose's own `COMPOSE_…`
 * keys are allowed.
 */
export const inFile = (
  file: string,
  keys: Iterable<readonly [key: string, line: number]>,
  { others, pipeline, program }: Known
): ReadonlyArray<string> => {
  const known = new Set([...pipeline, ...program, ...others])
  return [...keys].flatMap(([key, line]) => {
    if (known.has(key) || key.startsWith("COMPOSE_")) return []
    const [near] = suggest(key, known, 1)
    if (near !== undefined) return [`${key} in ${file} is not a setting; did you mean ${near}?`]
    const what = /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$/.test(key) ? `${key} in ${file}` : `What line ${line} of ${file} sets`
    return [`${what} is not a setting. .env.example has every setting; what is for other programs belongs elsewhere.`]
  })
}

/**
 * Finds misspelt settings among the environment variables: a sentence for each. A run that ignored them would read or write
 * elsewhere than intended. Most variables belong to other programs. A variable is reported if it is within two edits of a
 * setting that is not set, or if it shares two words with a key of the pipeline, as `SHOP_API_BASE` does with `SHOP_API_URL`.
 */
export const inEnvironment = (
  names: Iterable<string>,
  isSet: (key: string) => boolean,
  { others, pipeline, program }: Known
): ReadonlyArray<string> => {
  const known = new Set([...pipeline, ...program, ...others])
  return [...names].flatMap((name) => {
    if (known.has(name)) return []
    const upper = name.toUpperCase()
    const near = [...pipeline, ...program].find((key) => isNear(upper, key) && !isSet(key))
    if (near !== undefined) return [`${name} in the environment is not a setting; did you mean ${near}?`]
    const prefix = pipeline.map(prefixOf).find((each) => each !== undefined && name.startsWith(each))
    if (prefix === undefined) return []
    const alike = pipeline.filter((key) => key.startsWith(prefix))
    return [`${name} in the environment is not a setting. Those that begin with ${prefix} are ${Human.list(alike)}.`]
  })
}

/** Whether two words are within two edits of each other. Compares their lengths first, which excludes most. */
const isNear = (a: string, b: string): boolean => Math.abs(a.length - b.length) <= 2 && distance(a, b) <= 2

/** The first two words of a key that has more. */
const prefixOf = (key: string): string | undefined => /^([A-Z0-9]+_[A-Z0-9]+)_/.exec(key)?.[1]
