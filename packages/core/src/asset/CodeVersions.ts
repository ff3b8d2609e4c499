import * as Context from "effect/Context"
import type * as Asset from "./Asset.ts"

/**
 * The version of an asset's code. Equal versions mean equal code. By default it is the version that the author gave by hand,
 * because core reads no files. The command line hashes the modules that the asset's definition reaches.
 */
export class CodeVersions extends Context.Reference<CodeVersions>()("@sluice/core/CodeVersions", {
  defaultValue: (): CodeVersionOf => (asset) => asset.codeVersion
}) {}

/** Returns undefined if the asset's code has no version. The asset then counts as changed. */
export type CodeVersionOf = (asset: Asset.Any) => string | undefined

/** The recorded version of code without a version. It equals no version, not even itself. */
export const unknown = "unknown"

/** Adds the settings that an asset's rows depend on to its code version. Undefined adds nothing. */
export const withSettings = (code: string, settings: string | undefined): string =>
  settings === undefined ? code : `${code}${separator}${settings}`

/** Splits a version into the code and the settings. */
export const parts = (version: string): { readonly code: string; readonly settings: string | undefined } => {
  const at = version.indexOf(separator)
  return at < 0
    ? { code: version, settings: undefined }
    : { code: version.slice(0, at), settings: version.slice(at + separator.length) }
}

const separator = "\n"
