/** What can still be done with the data although everything is as it should be (G16): a title, and what it means. */
export const residualRisks: ReadonlyArray<{ readonly title: string; readonly text: string }> = [
  {
    title: "Exact times and ids can be joined to the source",
    text: "user_id, created_at and updated_at are the source's own. Whoever has both the warehouse and the source knows who is who: ids are pseudonyms, not anonymity."
  },
  {
    title: "Mask ids keep frequencies",
    text: "Somebody who knows that most users live in the capital can guess which id that is."
  },
  {
    title: "Rows tell what their mask ids alone do not",
    text: "Ids are random, but rows join them: an id that occurs with one country only is a city there, a user whom somebody knows gives away the ids of their city and profession, and the earliest created_at with an id tells about when its value came first."
  },
  {
    title: "Rare email domains identify",
    text: "A domain that one family or one small firm owns points at them. SLUICE_EMAIL_DOMAIN_MIN makes them `other`."
  },
  {
    title: "Combinations identify",
    text: "Who is alone in a class is found by anybody who knows these columns of them, and every other column of the row, their messages and subscriptions are learned."
  },
  {
    title: "Messages show who knows whom",
    text: "Senders, receivers and times are public columns. The pattern of a few known messages can single a user out."
  },
  {
    title: "The store's keys confirm guesses at erased ids",
    text: "Whoever has the store and its keys can hash ids and compare. SLUICE_SECRET seals the keys with a secret that is kept outside of the store and its backups."
  },
  {
    title: "Database logs and backups remember",
    text: "A value that was deleted or masked differently lives on in undo, redo and binary logs, snapshots, replicas and backups until they end. docs/privacy.md has their horizons."
  }
]
