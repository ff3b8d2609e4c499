/**
 * Facts about one materialization, recorded with it and shown in the summary and in history: `rows`, `bytes`,
 * `quarantined`. Only scalars: a personal value does not type-check here.
 */
export type Metadata = Readonly<Record<string, MetadataValue>>

/** A count, a duration in milliseconds, a label or a flag. Never a value from the data. */
export type MetadataValue = string | number | boolean
