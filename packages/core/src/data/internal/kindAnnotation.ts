/** The annotation by which a schema of a personal value says the kind. */
export const kindAnnotation: unique symbol = Symbol.for("@sluice/core/data/Pii/kind")
