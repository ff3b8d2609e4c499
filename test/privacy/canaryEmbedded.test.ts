import { embedded, proveOn } from "./canaryProof.ts"

proveOn(embedded, true, () => Promise.resolve(undefined))
