#!/usr/bin/env node
// The program `sluice`: runs commands of the pipeline in the current directory, or in the module that `--module` names.
require("../loader/pipeline.cjs").run({ program: "npx sluice" })
