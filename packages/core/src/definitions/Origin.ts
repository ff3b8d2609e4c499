/** Where a pipeline reads its sources, according to its settings. */
export interface Origin {
  /** The name that every run records, without a secret: an API's scheme, host and port; `sample` for a bundled sample. */
  readonly name: string
  /** The origin in words: `the API at https://api.example.com/v1`. */
  readonly description: string
  /** If the origin is a sample, the key of the setting that names the real source. */
  readonly sampleFor: string | undefined
}

/** The recorded name of a bundled sample. */
export const sample = "sample"
