import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { basename, join } from "node:path"
import { fileURLToPath } from "node:url"
import { publint } from "publint"
import { formatMessage } from "publint/utils"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { isFull } from "../setup/size.ts"
import { packInto, run } from "./Packed.ts"

const repository = fileURLToPath(new URL("../..", import.meta.url))

// The packages as users get them: packed, and installed from the registry with their dependencies.
describe.runIf(isFull)("the packed packages", { timeout: 600_000 }, () => {
  const parent = mkdtempSync(join(tmpdir(), "sluice-packed-"))
  afterAll(() => rmSync(parent, { recursive: true, force: true }))
  let tarballs: ReadonlyArray<string> = []
  beforeAll(async () => {
    tarballs = await packInto(join(parent, "tarballs"))
  }, 300_000)

  const scoped = () => tarballs.filter((path) => basename(path).startsWith("sluice-"))

  /** A new pipeline, created by the packed `create-sluice`. */
  const created = async (name: string): Promise<string> => {
    const creator = tarballs.find((path) => basename(path).startsWith("create-sluice-")) ?? "none"
    const made = await run(parent, "npm", "exec", "--yes", "--package", creator, "--", "create-sluice", name)
    expect(made).toMatchObject({ status: 0 })
    return join(parent, name)
  }

  it("have what their manifests name, and nothing of the workspace in them", async () => {
    expect(tarballs).toHaveLength(7)
    for (const path of tarballs) {
      const files = (await run(parent, "tar", "-tzf", path)).output.trim().split("\n")
      expect(files.filter((file) => /\/(src|test)\/|(?<!template\/sales)\.test\.|tsbuildinfo/.test(file))).toEqual([])
      expect(files.filter((file) => /^package\/(LICENSE|README.md)$/.test(file))).toHaveLength(2)
      const manifest = await run(parent, "tar", "-xzOf", path, "package/package.json")
      expect(manifest.output).not.toMatch(/catalog:|workspace:|"private"|\/src\//)
      const bytes = readFileSync(path)
      const tarball = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
      const { messages, pkg } = await publint({ pack: { tarball }, strict: true })
      expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([])
    }
  })

  it("make a pipeline that npm installs, whose types and tests pass, and that runs on Node 20, 22 and 24", async () => {
    const folder = await created("with-npm")
    expect(await run(folder, "npm", "install", ...scoped())).toMatchObject({ status: 0 })
    expect(await run(folder, "npm", "test")).toMatchObject({ status: 0 })
    expect(await run(folder, "npx", "tsc", "--noEmit")).toMatchObject({ status: 0, output: "" })
    expect(await run(folder, "npx", "sluice", "materialize", "--all")).toMatchObject({ status: 0 })
    const cache = join(folder, "node_modules/.cache/sluice")
    const manifest = readdirSync(cache).find((name) => name.endsWith(".versions")) ?? "none"
    const { revenue, sales } = JSON.parse(readFileSync(join(cache, manifest), "utf8"))
    const hashes = `${JSON.stringify([revenue, sales])}\n`
    writeFileSync(join(folder, "hashes.ts"), printingHashes)
    await run(folder, "npx", "tsc", "--noEmit", "false", "--rewriteRelativeImportExtensions", "--outDir", "built")
    expect((await run(folder, "node", "built/hashes.js")).output).toBe(hashes)
    for (const version of [22, 24]) {
      const found = await run(folder, "npx", "-y", "-p", `node@${version}`, "node", "-p", "process.execPath")
      const node = (...args: ReadonlyArray<string>) => run(folder, found.output.trim(), ...args)
      expect((await node("--version")).output).toMatch(new RegExp(`^v${version}\\.`))
      // Code that another version of Node recorded is unchanged for this one.
      expect((await node("node_modules/@sluice/cli/bin/sluice.cjs", "list")).output).toMatch(/sales +table +fresh/)
      expect(await node("node_modules/@sluice/cli/bin/sluice.cjs", "materialize", "--all")).toMatchObject({ status: 0 })
      if (version === 24) expect((await node("hashes.ts")).output).toBe(hashes)
      expect(await node("node_modules/vitest/vitest.mjs", "run")).toMatchObject({ status: 0 })
    }
  })

  it("have declarations that a strict compiler takes, of TypeScript 7 and 5.9", async () => {
    const folder = await created("strict")
    expect(await run(folder, "npm", "install", ...scoped())).toMatchObject({ status: 0 })
    const modules = scoped()
      .map(nameOf)
      .flatMap((name) => {
        const manifest = JSON.parse(readFileSync(join(folder, "node_modules", name, "package.json"), "utf8"))
        return Object.keys(manifest.exports).map((path) => `export * as m from "${name}${path.slice(1)}"\n`)
      })
    expect(modules.length).toBeGreaterThan(100)
    const exports = modules.map((line, at) => line.replace("as m", `as m${at}`))
    writeFileSync(join(folder, "everyModule.ts"), exports.join(""))
    const earlier = join(repository, "tools/reference/node_modules/typescript/bin/tsc")
    for (const [module, moduleResolution, exactOptionalPropertyTypes] of [
      ["nodenext", "nodenext", true],
      ["esnext", "bundler", false]
    ]) {
      const compilerOptions = { ...strict, module, moduleResolution, exactOptionalPropertyTypes }
      writeFileSync(join(folder, "strict.json"), JSON.stringify({ compilerOptions, files: ["everyModule.ts"] }))
      expect(await run(folder, "npx", "tsc", "-p", "strict.json")).toMatchObject({ status: 0, output: "" })
      expect(await run(folder, process.execPath, earlier, "-p", "strict.json")).toMatchObject({ status: 0, output: "" })
    }
  })

  it("make a pipeline that pnpm installs, which tests and runs", async () => {
    const folder = await created("with-pnpm")
    // While the packages are not published, pnpm needs the path of each.
    const overrides = scoped().map((path) => `  "${nameOf(path)}": "file:${path}"\n`)
    const workspace = join(folder, "pnpm-workspace.yaml")
    writeFileSync(workspace, `${readFileSync(workspace, "utf8")}overrides:\n${overrides.join("")}`)
    const pnpm = (...args: ReadonlyArray<string>) => run(folder, "npx", "-y", "pnpm@12", ...args)
    expect(await pnpm("install", "--no-frozen-lockfile")).toMatchObject({ status: 0 })
    expect(await pnpm("test")).toMatchObject({ status: 0 })
    expect(await pnpm("exec", "tsc", "--noEmit")).toMatchObject({ status: 0, output: "" })
    expect(await pnpm("exec", "sluice", "materialize", "--all")).toMatchObject({ status: 0 })
    expect(readdirSync(folder)).toContain(".sluice")
  })
})

/** Declarations are checked too, which `skipLibCheck` usually prevents. */
const strict = { strict: true, skipLibCheck: false, noEmit: true, target: "ES2022", lib: ["ES2023"], types: ["node"] }

/** A program that prints the code hashes of its assets. They equal the command line's, however it is started. */
const printingHashes = `
import * as CodeHashes from "@sluice/cli/code/CodeHashes"
import { CodeVersions } from "@sluice/core/asset/CodeVersions"
import * as Effect from "effect/Effect"
import { revenue } from "./revenue.ts"
import { sales } from "./sales.ts"
import definitions from "./sluice.config.ts"

const versions = Effect.map(CodeVersions, (versionOf) => [revenue, sales].map(versionOf))
console.log(JSON.stringify(await Effect.runPromise(Effect.provide(versions, CodeHashes.layer(definitions)))))
`

/** The package in a tarball: `sluice-core-0.1.0.tgz` is `@sluice/core`. */
const nameOf = (tarball: string): string => basename(tarball).replace(/^sluice-(.*)-\d+\.\d+\.\d+\.tgz$/, "@sluice/$1")
