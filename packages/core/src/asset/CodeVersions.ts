import * as Context from "effect/Context"
import type * as Asset from "./Asset.ts"

/**
 * The version of the code that an asset is made of: equal text means equal code. By default the asset's own functions and
 * what it declares; the command line gives a better answer, a hash over every source file that the asset's module imports.
 */
export class CodeVersions extends Context.Reference<CodeVersions>()("@sluice/core/CodeVersions", {
  defaultValue: (): CodeVersionOf => (asset) =>
    JSON.stringify([
      asset.materialize.toString(),
      Object.entries(asset.upstreams).map(([key, upstream]) => [key, upstream.name]),
      asset.storage._tag === "Stored" ? [asset.storage.kind, asset.storage.columns] : null,
      asset.checks.map((check) => [check.name, check.severity, check.blocking])
    ])
}) {}

export type CodeVersionOf = (asset: Asset.Any) => string

/** The version of code that makes something else under other settings; `settings` undefined: under none. */
export const withSettings = (code: string, settings: string | undefined): string =>
  settings === undefined ? code : `${code}${separator}${settings}`

/** The code and the settings of a version. */
export const parts = (version: string): { readonly code: string; readonly settings: string | undefined } => {
  const at = version.indexOf(separator)
  return at < 0
    ? { code: version, settings: undefined }
    : { code: version.slice(0, at), settings: version.slice(at + separator.length) }
}

const separator = "\n"
