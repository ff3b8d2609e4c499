import * as Setting from "@sluice/core/settings/Setting"

const mebibyte = 1024 * 1024

/** The settings for reading an API. */
export const settings = {
  pageSize: Setting.make("SLUICE_PAGE_SIZE", Setting.wholeNumber(1, 100_000), {
    section: "Reading",
    description: "Rows per request: 1 to 100000.",
    default: "5000"
  }),
  fetchAhead: Setting.make("SLUICE_FETCH_AHEAD", Setting.wholeNumber(0, 64), {
    section: "Reading",
    description:
      "Pages that are requested ahead while one is processed: 0 to 64. Each is in memory. More pages help if the API responds slowly, and increase its load.",
    default: "4"
  }),
  readingThreads: Setting.make("SLUICE_READING_THREADS", Setting.wholeNumber(0, 16), {
    section: "Reading",
    description:
      "Threads that fetch, parse and decode answers: 0 to 16. If it is not set, the first few hundred KB are read without a thread. Then there are as many threads as processors besides one, and two at most. Each takes some 20 MB.",
    example: "2"
  }),
  maxAnswerBytes: Setting.make(
    "SLUICE_MAX_ANSWER_MIB",
    Setting.map(Setting.wholeNumber(1, 1_000_000), (size) => size * mebibyte),
    {
      section: "Reading",
      description:
        "The maximum size of one answer, unpacked, in MiB. It stops a source that never ends. An answer is processed while it arrives, so a large one needs no more memory than a small one.",
      default: "16384"
    }
  ),
  rereads: Setting.make("SLUICE_REREADS", Setting.wholeNumber(0, 3), {
    section: "Reading",
    description:
      "How often a source is read again if it sent fewer rows than its total (X-Total-Count, Content-Range): 0 to 3. Then its asset fails, and nothing is loaded.",
    default: "1"
  }),
  overlappingPages: Setting.make("SLUICE_OVERLAPPING_PAGES", Setting.oneOf("warn", "reread"), {
    section: "Reading",
    description:
      "What to do if a source has no total and its pages share rows, so that other rows may be missing. `warn` loads the rows, with a warning. `reread` treats it like a source with missing rows.",
    default: "warn"
  }),
  maxBadShare: Setting.make("SLUICE_MAX_BAD_SHARE", Setting.share, {
    section: "Reading",
    description:
      "The share of a source's rows that may be left out because they cannot be decoded: 0 to 1. It counts from 20 rows on.",
    default: "0.10"
  })
}

/** The keys of these settings that a source's errors name, for pipelines that pass their values to sources. */
export const keys = {
  pageSize: settings.pageSize.key,
  maxBytes: settings.maxAnswerBytes.key,
  threads: settings.readingThreads.key
}
