/**
 * Numbers and labels of one materialization: `rows`, `bytes`, `quarantined`. The summary and the history show them. Only
 * scalars: a personal value does not compile.
 */
export type Metadata = Readonly<Record<string, MetadataValue>>

/** A count, a duration in milliseconds, a label or a flag. Never a value from the data. */
export type MetadataValue = string | number | boolean
