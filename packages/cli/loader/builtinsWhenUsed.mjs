// An esbuild plugin. It loads some of Node's modules when a bundle first uses them, not when the bundle starts. A command uses
// few of them, and each takes a millisecond or more.
import { createRequire } from "node:module"

const require = createRequire(import.meta.url)
const modules = /^(node:)?(child_process|crypto|fs\/promises|https?|net|os|readline|zlib)$/

export const builtinsWhenUsed = {
  name: "builtins-when-used",
  setup: ({ onLoad, onResolve }) => {
    onResolve({ filter: modules }, ({ namespace, path }) =>
      namespace === "when-used" ? { path, external: true } : { path, namespace: "when-used" }
    )
    onLoad({ filter: modules, namespace: "when-used" }, ({ path }) => {
      const exported = Object.keys(require(path)).map((name) => `get ${name}() { return require("${path}").${name} }`)
      return { contents: `module.exports = { ${exported.join(", ")} }` }
    })
  }
}
