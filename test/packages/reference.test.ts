import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, describe, expect, it } from "vitest"
import { isFull } from "../setup/size.ts"
import { run } from "./Packed.ts"

const repository = fileURLToPath(new URL("../..", import.meta.url))

describe.runIf(isFull)("the reference", { timeout: 600_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "sluice-reference-"))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it("has a page for each module that pipelines import, and every link leads to a page and a heading", async () => {
    const finished = await run(repository, process.execPath, "tools/reference/generate.mjs", folder)
    expect(finished).toMatchObject({ status: 0, output: expect.stringContaining(folder) })

    const libraries = ["pii", "core", "warehouse", "rest-source", "files"]
    const ofPipelines = libraries.flatMap((name) => modulesOf(name))
    const ofCommandLine = ["code/CodeHashes", "wiring/ApiReading", "wiring/ReadThread"].map((path) => `@sluice/cli/${path}`)
    const pages = [...ofPipelines, ...ofCommandLine].map((module) => `${module.replace(/[^\w.-]/g, "_")}.html`)
    // A namespace inside a module has a page as well: `Module.Namespace.html`.
    const made = readdirSync(join(folder, "modules")).filter((page) => page.split(".").length === 2)
    expect(made.sort()).toEqual(pages.sort())
    expect(brokenLinks(folder)).toEqual([])
  })
})

/** The public modules that a package lists in its manifest. */
const modulesOf = (name: string): ReadonlyArray<string> => {
  const manifest = JSON.parse(readFileSync(join(repository, "packages", name, "package.json"), "utf8"))
  return Object.keys(manifest.publishConfig.exports).map((path) => `@sluice/${name}${path.slice(1)}`)
}

/** The links of all pages that name a file or a heading that is not there. */
const brokenLinks = (folder: string): ReadonlyArray<string> => {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => /\.(html|svg)$/.test(file))
  const pages = new Map(files.map((file) => [join(folder, file), readFileSync(join(folder, file), "utf8")]))
  const headings = new Map([...pages].map(([path, text]) => [path, new Set(all(text, / id="([^"]+)"/g))]))
  return [...pages].flatMap(([path, text]) =>
    all(text, / href="([^"]*)"/g)
      .filter((link) => !/^https?:/.test(link))
      .filter((link) => {
        const [page = "", heading = ""] = link.split("#")
        const target = page === "" ? path : resolve(dirname(path), page)
        return !existsSync(target) || (heading !== "" && headings.get(target)?.has(decodeURIComponent(heading)) !== true)
      })
      .map((link) => `${path}: ${link}`)
  )
}

const all = (text: string, pattern: RegExp): ReadonlyArray<string> =>
  [...text.matchAll(pattern)].map(([, found = ""]) => found)
