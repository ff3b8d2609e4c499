import { CodeVersions } from "@sluice/core/asset/CodeVersions"
import type * as Definitions from "@sluice/core/definitions/Definitions"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as SourceVersions from "../wiring/SourceVersions.ts"
import * as AssetHashes from "./AssetHashes.ts"

/**
 * Provides code versions to a program that materializes a pipeline itself. They equal those of the command line. Assets whose
 * code cannot be read have none, and count as changed. Runs esbuild once.
 */
export const layer = ({ sealed }: Definitions.Any): Layer.Layer<CodeVersions> =>
  Layer.effect(
    CodeVersions,
    Effect.tryPromise(() =>
      AssetHashes.make(Either.match(sealed, { onLeft: () => [], onRight: ({ graph }) => graph.assets }))
    ).pipe(
      Effect.orElseSucceed(() => ({})),
      Effect.map(SourceVersions.make)
    )
  )
