import type { Cause, Staleness } from "@sluice/core/plan/Staleness"
import * as Human from "./Human.ts"
import type { Style } from "./Style.ts"

/** The status of an asset in a few words: `fresh`, `stale: code changed`, `never`. An asset that is never stored has none. */
export const words = (standing: Staleness): string => {
  switch (standing._tag) {
    case "Fresh":
      return "fresh"
    case "Never":
      return "never"
    case "Ephemeral":
      return "not stored"
    case "External":
      return "external"
    case "Stale":
      return `stale: ${Human.list(standing.causes.map(cause), 2)}`
  }
}

/** Why an asset is stale: `code changed`, `its code has no version`, `settings changed`, `api_orders has new data`, `orders is stale`. */
export const cause = (of: Cause): string => {
  switch (of._tag) {
    case "Code":
      return "code changed"
    case "CodeUnknown":
      return "its code has no version"
    case "Settings":
      return "settings changed"
    case "Unobserved":
      return "its source is not observed"
    case "Unsettled":
      return "its last step did not succeed"
    case "Input":
      return `${of.asset} has new data`
    case "Upstream":
      return `${of.asset} is stale`
  }
}

/** Colours text by a status. */
export const paint = (standing: Staleness, style: Style): ((text: string) => string) =>
  standing._tag === "Fresh"
    ? style.green
    : standing._tag === "Ephemeral" || standing._tag === "External"
      ? style.dim
      : style.yellow
