/** The annotation that holds the kind of a personal value's schema. */
export const kindAnnotation: unique symbol = Symbol.for("@sluice/core/data/Pii/kind")
