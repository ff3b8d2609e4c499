/** The residual risks of a correct store (G16). Each title is also in docs/privacy.md. */
export const residualRisks: ReadonlyArray<{ readonly title: string; readonly text: string }> = [
  {
    title: "Exact times and ids can be joined to the source",
    text: "user_id, created_at and updated_at are the source's own. A person with access to both the warehouse and the source can identify each user: ids are pseudonyms, not anonymity."
  },
  {
    title: "Mask ids keep frequencies",
    text: "If most users live in the capital, the most frequent id is probably the capital's."
  },
  {
    title: "Rows tell what their mask ids alone do not",
    text: "Ids are random, but rows join them. An id that occurs with one country only is a city of that country. A known user reveals the ids of their city and profession. The earliest created_at with an id shows roughly when its value first appeared."
  },
  {
    title: "Rare email domains identify",
    text: "A domain of one family or one small firm points at them. SLUICE_EMAIL_DOMAIN_MIN makes them `other`."
  },
  {
    title: "Combinations identify",
    text: "A person alone in a class is identified by anybody who knows these columns. The rest of the row, the person's messages and subscriptions are then known too."
  },
  {
    title: "Messages show who knows whom",
    text: "Senders, receivers and times are public columns. The pattern of a few known messages can single a user out."
  },
  {
    title: "The store's keys confirm guesses at erased ids",
    text: "An attacker with the store and its keys can hash candidate ids and compare. SLUICE_SECRET seals the keys with a secret outside of the store and its backups."
  },
  {
    title: "Database logs and backups remember",
    text: "A deleted or newly masked value remains in undo, redo and binary logs, snapshots, replicas and backups until they expire. docs/privacy.md says when."
  }
]
