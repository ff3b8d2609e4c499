import * as Context from "effect/Context"
import type * as Asset from "./Asset.ts"

/**
 * The version of the code that an asset is made of: equal text means equal code. By default the one that its author gave by
 * hand, if any; core reads no files. The command line hashes the modules that the asset's definition reaches.
 */
export class CodeVersions extends Context.Reference<CodeVersions>()("@sluice/core/CodeVersions", {
  defaultValue: (): CodeVersionOf => (asset) => asset.codeVersion
}) {}

/** Returns undefined if no version of the asset's code can be had; it counts as changed then. */
export type CodeVersionOf = (asset: Asset.Any) => string | undefined

/** What is recorded of an asset whose code has no version. It is unequal to any version, itself included. */
export const unknown = "unknown"

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
