import * as Schema from "effect/Schema"
import * as CodeVersions from "../asset/CodeVersions.ts"

/** What a materialization was made of, and what identifies what it made. */
export const Provenance = Schema.Struct({
  /** The version of the asset's code, and of the settings that it goes by; `unknown` if its code has none. */
  code: Schema.String,
  /** The data version of each upstream, by asset name. */
  inputs: Schema.Record({ key: Schema.String, value: Schema.String }),
  /**
   * The data version: two materializations with the same one hold the same data. A source tells its own, a hash of its
   * content; any other asset keeps its version as long as its code and inputs are the same.
   */
  data: Schema.String,
  /** A hash of what the asset's `observe` answered before the run; without one if nothing was observed. */
  observed: Schema.optionalWith(Schema.String, { exact: true }),
  /**
   * Where its data came from, sorted: what the runs that read the sources above it called the place. Nobody's where no run
   * said. It says where the rows were read, not what they are: two places with the same content have the same data version.
   */
  origins: Schema.optionalWith(Schema.Array(Schema.String), { exact: true })
})
export type Provenance = typeof Provenance.Type

/** Why a materialization is not made of these: nothing when it is. Code and settings first, then inputs by name. */
export const differences = (
  recorded: Provenance,
  code: string | undefined,
  inputs: Readonly<Record<string, string | undefined>>
): ReadonlyArray<Difference> => [
  ...codeDifferences(recorded.code, code),
  ...Object.keys(inputs)
    .filter((asset) => recorded.inputs[asset] !== inputs[asset])
    .sort()
    .map((asset) => ({ _tag: "Input", asset }) as const)
]

const codeDifferences = (recorded: string, code: string | undefined): ReadonlyArray<Difference> => {
  if (code === undefined) return [{ _tag: "CodeUnknown" }]
  const [was, is] = [CodeVersions.parts(recorded), CodeVersions.parts(code)]
  return [
    ...(was.code === is.code ? [] : [{ _tag: "Code" } as const]),
    ...(was.settings === is.settings ? [] : [{ _tag: "Settings" } as const])
  ]
}

export type Difference =
  | { readonly _tag: "Code" }
  | { readonly _tag: "CodeUnknown" }
  | { readonly _tag: "Settings" }
  | { readonly _tag: "Input"; readonly asset: string }
