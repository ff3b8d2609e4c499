// The reference of the packages: `pnpm docs:api [FOLDER]` writes HTML into dist/api, or FOLDER, from the docstrings of the public
// modules. Of the command line it has only the modules that pipelines import. Fails if a docstring's link leads nowhere.
import { join, resolve } from "node:path"
import { Application } from "typedoc"
import { libraries, manifestOf, root } from "../../scripts/published.mjs"

/** What pipelines import of the command line. Its other modules are for commands in this repository. */
const ofCommandLine = ["@sluice/cli/code/CodeHashes", "@sluice/cli/wiring/ApiReading", "@sluice/cli/wiring/ReadThread"]

/** The names of the modules that have a page, by their files. */
const modules = new Map(
  libraries
    .flatMap((name) =>
      Object.entries(manifestOf(name).publishConfig.exports).map(([path, built]) => [
        `packages/${name}/${built.replace("./dist/", "src/").replace(/\.js$/, "")}`,
        `@sluice/${name}${path.slice(1)}`
      ])
    )
    .filter(([, module]) => !module.startsWith("@sluice/cli/") || ofCommandLine.includes(module))
)

const app = await Application.bootstrap({
  name: "Sluice",
  entryPoints: [...modules.keys()].map((path) => join(root, `${path}.ts`)),
  basePath: root,
  displayBasePath: root,
  logLevel: "Warn",
  tsconfig: join(root, "tools/reference/tsconfig.json"),
  readme: "none",
  excludeExternals: true,
  excludeInternal: true,
  excludePrivate: true,
  disableSources: true,
  validation: { notExported: false, invalidLink: true }
})
const project = await app.convert()
if (project === undefined) process.exit(1)
for (const module of project.children) module.name = modules.get(module.name) ?? module.name
app.validate(project)
const folder = resolve(process.argv[2] ?? join(root, "dist/api"))
await app.generateDocs(project, folder)
if (app.logger.hasErrors() || app.logger.hasWarnings()) process.exit(1)
console.log(`The reference of ${modules.size} modules is in ${folder}.`)
