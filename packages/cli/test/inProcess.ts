import { join } from "node:path"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import type * as Definitions from "@sluice/core/definitions/Definitions"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Cli from "../src/Cli.ts"
import * as exitCode from "../src/exitCode.ts"
import { Input } from "../src/Input.ts"
import { Output } from "../src/Output.ts"
import { Pipeline } from "../src/Pipeline.ts"
import * as ErrorText from "../src/render/ErrorText.ts"
import * as Style from "../src/render/Style.ts"

/** How a command ended, and what it wrote, line by line. */
export interface Ended {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs commands of a pipeline in this process, with its embedded store in a directory. */
export const program =
  (definitions: Definitions.Any, directory: string) =>
  (...args: ReadonlyArray<string>): Promise<Ended> => {
    // The versions of code are hashed once. The assets of tests have theirs by hand.
    const environment = new Map([
      ["DATABASE_URL", `sqlite:${directory}`],
      ["SLUICE_CODE_VERSIONS", join(directory, "versions.json")]
    ])
    const out: Array<string> = []
    const err: Array<string> = []
    const output = Layer.succeed(Output, {
      outStyle: Style.plain,
      errStyle: Style.plain,
      interactive: false,
      out: (lines) => Effect.sync(() => void out.push(...lines)),
      complete: Effect.void,
      err: (lines) => Effect.sync(() => void err.push(...lines)),
      unsafeErr: (lines) => void err.push(...lines),
      live: () => Effect.void
    })
    const input = Layer.succeed(Input, { line: Effect.succeed(Redacted.make("")) })
    return Cli.run(args).pipe(
      Effect.provide(Layer.mergeAll(output, input, NodeFileSystem.layer)),
      Effect.provideService(Pipeline, definitions),
      Effect.withConfigProvider(ConfigProvider.fromMap(environment)),
      Effect.exit,
      Effect.map((exit) => {
        if (exit._tag === "Failure") err.push(...ErrorText.lines(exit.cause, { trace: false }, Style.plain))
        return { code: exitCode.of(exit), out: out.join("\n"), err: err.join("\n") }
      }),
      Effect.runPromise
    )
  }
