import * as Schema from "effect/Schema"
import * as CodeVersions from "../asset/CodeVersions.ts"

/** What a materialization was made from, and the version of its data. */
export const Provenance = Schema.Struct({
  /** The version of the asset's code and of the settings that its rows depend on; `unknown` if the code has no version. */
  code: Schema.String,
  /** The data version of each upstream, by asset name. */
  inputs: Schema.Record({ key: Schema.String, value: Schema.String }),
  /**
   * The data version: two materializations with the same version hold the same data. A source reports its own, a hash of its
   * content. Any other asset keeps its version while its code and inputs stay the same.
   */
  data: Schema.String,
  /** Since when the data has this version: ISO 8601 in UTC. Recorded in a graph in which some asset is cut. */
  since: Schema.optionalWith(Schema.String, { exact: true }),
  /** A hash of the answer of `observe` before the run; absent if nothing was observed. */
  observed: Schema.optionalWith(Schema.String, { exact: true }),
  /** Since when the answer is the same: ISO 8601 in UTC. Recorded in a graph in which some asset is cut. */
  observedSince: Schema.optionalWith(Schema.String, { exact: true }),
  /**
   * The origins of the data, sorted: where the runs that read its sources read them. Empty if no run recorded one. An origin
   * names a place, not its content: two places with the same content give the same data version.
   */
  origins: Schema.optionalWith(Schema.Array(Schema.String), { exact: true })
})
export type Provenance = typeof Provenance.Type

/** The differences between two provenances, code and settings first, then inputs by name. Empty if there are none. */
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
