// Vitest runs this file before each test file. A worker loads its imports once.
import "./equality.ts"
import * as methods from "./methods.ts"

methods.restore()
