// The packages that can be published, in the order in which they depend on each other.
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

export const root = fileURLToPath(new URL("..", import.meta.url))

/** Folders of the packages whose modules are compiled. */
export const libraries = ["pii", "core", "warehouse", "rest-source", "files", "cli"]

/** Folders of all packages that can be published. */
export const published = [...libraries, "create-sluice"]

export const manifestOf = (name) => JSON.parse(readFileSync(`${root}/packages/${name}/package.json`, "utf8"))
