#!/usr/bin/env node
// The program `sluice`: runs commands of the pipeline in the current directory, or in the module that `--module` names.
const { find, start } = require("../loader/pipeline.cjs")

const { args, file, problem } = find(process.argv.slice(2), process.cwd())
if (problem === undefined) {
  process.argv.splice(2, process.argv.length, ...args)
  start({ file })
} else {
  process.stderr.write(`✗ ${problem}\n`)
  process.exitCode = 2
}
