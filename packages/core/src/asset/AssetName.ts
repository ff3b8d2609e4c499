/** Names of assets: `orders`, or with prefixes `shop/orders`. A prefix keeps the names of several teams apart. */

/** Whether a text can name an asset: lower-case letters, digits and `_`, a letter first; prefixes end in `/`. */
export const isValid = (name: string): boolean =>
  name.length <= longest && /^(?:[a-z][a-z0-9_]*\/)*[a-z][a-z0-9_]*$/.test(name)

/** The prefixes of a name: `shop/` of `shop/orders`. Empty if it has none. */
export const prefixOf = (name: string): string => name.slice(0, name.lastIndexOf("/") + 1)

/** What a history keeps of a name. */
const longest = 255
