import { piiEquality } from "@sluice/core/testing/piiEquality"
import { expect } from "vitest"

expect.addEqualityTesters([piiEquality])
