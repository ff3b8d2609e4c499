// Packages that stay outside of a bundle, because they are native or generate code. They are resolved from the package that
// depends on them.
const { existsSync, realpathSync } = require("node:fs")
const { dirname, join } = require("node:path")

const cli = dirname(__dirname)

/** For each driver, the packages that lead to it from the command line's own. */
exports.drivers = { esbuild: [], mysql2: ["@sluice/warehouse"], "@libsql": ["@sluice/warehouse", "libsql"] }

/** Loads a module for a bundle. */
exports.requireFor = (id) => {
  const path = exports.drivers[id.split("/")[0]]
  return path === undefined ? require(id) : require(require.resolve(id, { paths: [path.reduce(packageIn, cli)] }))
}

/** The folder of an installed package, as the package in `folder` sees it. */
const packageIn = (folder, name) => {
  for (let at = folder; ; at = dirname(at)) {
    const found = join(at, "node_modules", name)
    if (existsSync(found)) return realpathSync(found)
    if (dirname(at) === at) return folder
  }
}
