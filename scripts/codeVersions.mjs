// The version of the code that each asset is made of: a hash over its module and all workspace sources that it imports, as
// they run. Comments, layout and types are no part of it, nor are the modules of other assets: what those make reaches an
// asset as data. Third-party code is left out.
import { createHash } from "node:crypto"

const pipeline = "packages/assets/src/pipeline.ts"
const folder = "packages/assets/src/assets/"

/**
 * Versions by the name of the asset's module (`usersRaw`). `inputs` are those of esbuild's metafile, `codeOf` tells a source
 * file as it runs.
 */
export async function codeVersions(inputs, codeOf) {
  const importsOf = (path) => (inputs[path]?.imports ?? []).flatMap(({ path: to }) => (isOurs(to) ? [to] : []))
  const assets = new Set(importsOf(pipeline).filter((path) => path.startsWith(folder)))
  const digests = new Map()
  const digestOf = async (path) => {
    if (!digests.has(path))
      digests.set(
        path,
        createHash("sha256")
          .update(await codeOf(path))
          .digest("hex")
      )
    return digests.get(path)
  }
  const versions = {}
  for (const asset of assets) {
    const hash = createHash("sha256")
    for (const path of reached(asset, importsOf, assets)) hash.update(`${path} ${await digestOf(path)}\n`)
    versions[asset.slice(folder.length, -".ts".length)] = hash.digest("hex").slice(0, 20)
  }
  return versions
}

/** All that a module imports, itself included, by path in order; what is in `except` is neither taken nor followed. */
function reached(from, importsOf, except) {
  const seen = new Set([from])
  for (const path of seen) {
    for (const next of importsOf(path)) if (!except.has(next)) seen.add(next)
  }
  return [...seen].sort()
}

function isOurs(path) {
  return path.startsWith("packages/") && !path.includes("node_modules/")
}
