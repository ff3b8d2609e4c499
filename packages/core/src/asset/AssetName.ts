/** Names of assets: `orders`, or `shop/orders` with a prefix. Prefixes keep the names of several teams apart. */

/** Whether a text is a valid name of an asset: lower-case letters, digits and `_`, a letter first. Prefixes end in `/`. */
export const isValid = (name: string): boolean =>
  name.length <= longest && /^(?:[a-z][a-z0-9_]*\/)*[a-z][a-z0-9_]*$/.test(name)

/** The prefixes of a name: `shop/` of `shop/orders`. Empty if it has none. */
export const prefixOf = (name: string): string => name.slice(0, name.lastIndexOf("/") + 1)

/** The most characters that the run history stores of a name. */
const longest = 255
