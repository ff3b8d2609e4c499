/** Where a pipeline reads its sources, as its settings say. */
export interface Origin {
  /** As it is recorded with every run, without a secret: an API's scheme, host and port; `sample` for a bundled sample. */
  readonly name: string
  /** In words: `the API at https://api.example.com/v1`. */
  readonly description: string
  /** The key of the setting that names the real source, if this is a sample. */
  readonly sampleFor: string | undefined
}

/** The name under which rows of a bundled sample are recorded. */
export const sample = "sample"
