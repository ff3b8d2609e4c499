import { existsSync, readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import definitions from "@sluice/assets/definitions"
import * as Either from "effect/Either"
import { expect, it } from "vitest"

const packages = fileURLToPath(new URL("../packages", import.meta.url))

/** Every line of the code of packages, as `package/file:line` and its text. */
const linesOf = (...names: ReadonlyArray<string>): ReadonlyArray<readonly [place: string, text: string]> =>
  names.flatMap((name) =>
    ["src", "loader", "bin"]
      .filter((folder) => existsSync(`${packages}/${name}/${folder}`))
      .flatMap((folder) =>
        readdirSync(`${packages}/${name}/${folder}`, { recursive: true, encoding: "utf8" }).map(
          (file) => `${folder}/${file}`
        )
      )
      .filter((file) => /\.[cm]?[jt]s$/.test(file))
      .flatMap((file) =>
        readFileSync(`${packages}/${name}/${file}`, "utf8")
          .split("\n")
          .map((text, i) => [`${name}/${file}:${i + 1}`, text] as const)
      )
  )

const matching = (lines: ReturnType<typeof linesOf>, pattern: RegExp) =>
  lines.filter(([, text]) => pattern.test(text)).map(([place, text]) => `${place} ${text.trim()}`)

const { graph, warehouse } = Either.getOrThrow(definitions.sealed)
const relations = [...warehouse.tables, ...warehouse.masks, ...warehouse.views].map(({ name }) => name)
const keys = Object.values(definitions.settings).map(({ key }) => key)

it("no package but that of our pipeline imports it", () => {
  expect(
    matching(linesOf("core", "pii", "warehouse", "files", "rest-source", "cli"), /@sluice\/assets|assets\/src/)
  ).toEqual([])
})

it("a package imports only the packages below it", () => {
  const below = {
    pii: "pii",
    core: "core|pii",
    files: "files|core",
    "rest-source": "rest-source|core",
    warehouse: "warehouse|core|pii"
  }
  const wrong = Object.entries(below).flatMap(([name, allowed]) =>
    matching(linesOf(name), new RegExp(`from "@sluice/(?!(${allowed})[/"])`))
  )
  expect(wrong).toEqual([])
})

it("core, warehouse and the command line name no asset, table or setting of our pipeline", () => {
  const names = [...new Set([...graph.names, ...relations, ...keys])]
  expect(
    matching(linesOf("core", "pii", "warehouse", "files", "cli"), new RegExp(`\\b(${names.join("|")}|SPARK_\\w*)\\b`))
  ).toEqual([])
})

it("no package names how this repository starts the program: a message says `sluice …`, which is worded as it is shown", () => {
  expect(matching(linesOf("core", "pii", "warehouse", "rest-source", "cli", "assets"), /pnpm assets/)).toEqual([])
})

it("what reads APIs and files is told the keys of settings, and declares its own in one place", () => {
  const lines = linesOf("rest-source", "files").filter(([place]) => !place.includes("/ReadingSettings.ts:"))
  expect(matching(lines, /\b(SPARK|SLUICE)_\w*/)).toEqual([])
})

it("a service's key begins with its package, so that no two services of a program share one", () => {
  const names = ["core", "pii", "warehouse", "files", "rest-source", "cli", "assets"]
  const declared = names.flatMap((name) =>
    matching(linesOf(name), /^(?!\s*\*).*Context\.(Tag|Reference)\b.*\("/).filter(
      (line) => !line.includes(`("@sluice/${name}/`)
    )
  )
  expect(declared).toEqual([])
})
