import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join, relative } from "node:path"
import { fileURLToPath } from "node:url"
import { expect, it } from "vitest"

const root = fileURLToPath(new URL("../..", import.meta.url))

/** Every source file of the packages, by path. */
const sources = new Map(
  readdirSync(join(root, "packages"))
    .filter((name) => existsSync(join(root, "packages", name, "src")))
    .flatMap((name) =>
      readdirSync(join(root, "packages", name, "src"), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
        .map((entry) => join(entry.parentPath, entry.name))
        .map((path) => [relative(root, path), readFileSync(path, "utf8")] as const)
    )
)

const filesThat = (say: RegExp): ReadonlyArray<string> =>
  [...sources].flatMap(([path, text]) => (say.test(text) ? [path] : [])).sort()

it("what takes any value at all is used by its typed wrappers alone: attributes of spans, Effect's own logging, the console", () => {
  expect(
    filesThat(/annotateCurrentSpan|annotateSpans|Effect\.log(?!Level)|attributes:|console\.(log|error|warn|info)/)
  ).toEqual(["packages/core/src/Log.ts", "packages/core/src/Span.ts"])
})
