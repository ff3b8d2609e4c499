/** Half of a surrogate pair, which is no Unicode and cannot be kept as UTF-8. */
export const loneSurrogate = /\p{Surrogate}/u
