// Replaces the global `performance` in a bundle. Effect's clock uses it at every start, for one number, and its first use loads
// Node's module of performance hooks.
const began = process.hrtime.bigint()

export const performance = {
  /** Milliseconds since this module was loaded. */
  now: () => Number(process.hrtime.bigint() - began) / 1e6
}
