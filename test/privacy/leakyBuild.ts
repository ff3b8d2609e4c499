import { readFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as esbuild from "esbuild"

const root = fileURLToPath(new URL("../..", import.meta.url))

/** A mistake: the correct source text, and the leaky one. */
interface Leak {
  readonly file: string
  readonly says: string
  readonly instead: string
}

/** One mistake for each leak that the suite must find. */
const leaks: ReadonlyArray<Leak> = [
  // A hash as a pseudonym.
  {
    file: "packages/assets/src/privacy/derivations.ts",
    says: `const at = address.lastIndexOf("@")`,
    instead: `return require("node:crypto").createHash("md5").update(address).digest("hex")
      const at = address.lastIndexOf("@")`
  },
  // A masked value in a column that is kept.
  {
    file: "packages/assets/src/domain/User.ts",
    says: "country: kept.country,",
    instead: `country: kept.city === null ? null : require("../../../pii/src/Pii.ts").reveal(kept.city),`
  },
  // An error that quotes a value: in the quarantine, in messages, in run events.
  {
    file: "packages/assets/src/domain/Reader.ts",
    says: `Object.hasOwn(object, name) ? refusal.reason : "is missing"`,
    instead: `refusal.reason + ": " + String(JSON.stringify(object[name])).slice(0, 200)`
  },
  // Names of fields in metadata.
  {
    file: "packages/rest-source/src/ingest/Ingest.ts",
    says: "unknown_fields: unknownFields.size,\n      ...(has === undefined ? {} : { suppressed })",
    instead: `unknown_fields: [...unknownFields].join(" ")`
  },
  // Spilled rows in plain text, in a file that stays.
  {
    file: "packages/core/src/data/Spill.ts",
    says: "yield* Effect.promise(() => crypto.subtle.encrypt(algorithm(index), key, packed))",
    instead: "bytes"
  },
  {
    file: "packages/core/src/data/Spill.ts",
    says: `{ flag: "wx+", mode: 0o600 }), remove(place))`,
    instead: `{ flag: "wx+", mode: 0o600 }), Effect.void)`
  },
  // Under a name that no later run recognizes as a leftover.
  {
    file: "packages/core/src/data/Spill.ts",
    says: "fs.makeTempDirectory({ prefix,",
    instead: `fs.makeTempDirectory({ prefix: "rows-",`
  },
  // A driver's message.
  {
    file: "packages/warehouse/src/embedded/LibsqlFault.ts",
    says: `if (code !== "SQLITE_ERROR") return ""`,
    instead: "return message"
  },
  {
    file: "packages/warehouse/src/mysql/errors.ts",
    says: "code: code === failedTls ?",
    instead: "code: cause?.message ? cause.message : code === failedTls ?"
  },
  // An erasure that does not delete.
  {
    file: "packages/warehouse/src/sql/SqlErasure.ts",
    says: "for (const { from, parameters } of doomed) yield* SqlText.run(",
    instead: "for (const { from, parameters } of []) yield* SqlText.run("
  },
  // Mask ids in the order of their values' hashes.
  {
    file: "packages/warehouse/src/sql/RandomIds.ts",
    says: "return [...ids]",
    instead: "return [...ids].sort((a, b) => a - b)"
  },
  // A wrong setting that is printed.
  {
    file: "packages/core/src/settings/Setting.ts",
    says: "(problem) => ConfigError.InvalidData([key], problem)",
    instead: "(problem) => ConfigError.InvalidData([key], problem + given)"
  }
]

const entry = `
  import definitions from "./packages/assets/src/definitions.ts"
  import { start } from "./packages/cli/src/start.ts"
  start(definitions)
`

/**
 * Builds the command line with all of these mistakes into a directory, and returns the file to run. No flag, setting or source
 * of the project can do the same.
 */
export const build = async (directory: string): Promise<string> => {
  const outfile = join(directory, "leaky.cjs")
  await esbuild.build({
    absWorkingDir: root,
    stdin: { contents: entry, resolveDir: root },
    outfile,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    supported: { "dynamic-import": false },
    logLevel: "silent",
    plugins: [drivers, mistakes]
  })
  return outfile
}

const drivers: esbuild.Plugin = {
  name: "drivers",
  setup: ({ onResolve }) => {
    const { resolve } = createRequire(join(root, "packages/warehouse/package.json"))
    onResolve({ filter: /^(libsql|mysql2)(\/|$)/ }, ({ path }) => ({ path: resolve(path), external: true }))
  }
}

const mistakes: esbuild.Plugin = {
  name: "mistakes",
  setup: ({ onLoad }) => {
    for (const file of new Set(leaks.map((leak) => leak.file))) {
      onLoad({ filter: new RegExp(`${file.replaceAll(".", "\\.")}$`) }, async ({ path }) => {
        let contents = await readFile(path, "utf8")
        for (const leak of leaks.filter((one) => one.file === file)) {
          if (!contents.includes(leak.says)) throw new Error(`${file} no longer says what the leaky build replaces`)
          contents = contents.replace(leak.says, () => leak.instead)
        }
        return { contents, loader: "ts" }
      })
    }
  }
}
