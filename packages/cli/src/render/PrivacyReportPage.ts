import { classes, confirmation } from "@sluice/core/privacy/Privacy"
import type { Access } from "@sluice/warehouse/Access"
import { line } from "@sluice/warehouse/checks/Difference"
import type { Comparison } from "@sluice/warehouse/privacy/Anonymity"
import { small } from "@sluice/warehouse/privacy/Anonymity"
import type { People, PrivacyReport } from "../privacy/PrivacyReport.ts"
import * as Document from "./Document.ts"
import * as Human from "./Human.ts"

/** Renders the report as a page: first the results, then how they were found. `store` describes the store. */
export const make = (report: PrivacyReport, store: string): Document.Document => ({
  title: `Privacy report on ${store}, ${Human.time(report.at)} UTC`,
  sections: [
    { title: "In short", blocks: [Document.findings(...inShort(report))] },
    { title: "Access", blocks: access(report) },
    ...report.people.flatMap((people) => (people.anonymity.users === 0 ? [] : anonymity(people))),
    ...(report.residualRisks.length === 0
      ? []
      : [{ title: "Residual risks", blocks: [Document.list(report.residualRisks)] }]),
    ...(report.record.length === 0 ? [] : [{ title: "Record of processing", blocks: record(report) }]),
    ...(report.derivations.length === 0 ? [] : [{ title: "Derivations of personal values", blocks: derivations(report) }])
  ]
})

const { count, plural } = Human

const inShort = ({ access, drift, external, people, proof }: PrivacyReport): Array<Document.Finding> => {
  const partly = access.some(({ seen }) => seen === "own host")
  const subjects =
    proof.by === "nothing"
      ? "Tables and views"
      : `Tables, views and ${partly ? "the rights of the accounts from this machine" : "access to them"}`
  return [
    drift.length === 0
      ? { mark: "ok", text: `${subjects} are as declared.` }
      : {
          mark: "failed",
          text: `The store is not as declared, ${drift.length === 1 ? "in one way" : `in ${drift.length} ways`}.`
        },
    ...(partly
      ? [{ mark: "warning", text: "The rights of the accounts from other machines were not checked." } as const]
      : []),
    ...proved(proof),
    ...external.map(
      ({ people, table }) =>
        ({
          mark: people ? "warning" : "ok",
          text: people
            ? `\`${table}\` is external and has rows of people. It was not checked, and an erasure does not change it.`
            : `\`${table}\` is external, and was not checked.`
        }) as const
    ),
    ...people.flatMap(hiding)
  ]
}

/** The k-anonymity of one table. */
const hiding = ({ anonymity, inForce, rare, table }: People): ReadonlyArray<Document.Finding> => {
  const { k, sizes, users } = anonymity
  const alone = sizes[0]?.users ?? 0
  return [
    users === 0
      ? {
          mark: "warning",
          text: `\`${table}\` has no rows, so there is nobody to single out. \`sluice materialize --all\` fills it.`
        }
      : k >= small
        ? { mark: "ok", text: `\`${table}\`: k = ${count(k)}, so everybody looks like at least ${count(k - 1)} others.` }
        : {
            mark: "warning",
            text:
              k === 1
                ? `\`${table}\`: k = 1. ${count(alone)} of ${persons(users)} (${share(alone, users)}) ${alone === 1 ? "is" : "are"} unlike anyone else in the public columns.`
                : `\`${table}\`: k = ${k}. Some people look like only ${plural(k - 1, "other")} in the public columns.`
          },
    ...rare.flatMap(({ column, rareBelow, rareValues, values }) =>
      rareValues === 0
        ? []
        : [
            {
              mark: "warning",
              text: `${plural(rareValues, "value")} of ${count(values)} in \`${table}.${column}\` ${rareValues === 1 ? "is" : "are"} rare (fewer than ${rareBelow} people each).`
            } as const
          ]
    ),
    ...(inForce
      ? []
      : [
          {
            mark: "warning",
            text: `The settings that rows depend on have changed since \`${table}\` was made. \`sluice materialize --changed\` materializes it with the new ones.`
          } as const
        ])
  ]
}

const proved = ({ by, open, refused }: PrivacyReport["proof"]): ReadonlyArray<Document.Finding> => {
  if (by === "files") return []
  if (by === "nothing") {
    return [
      {
        mark: "warning",
        text: "Not proved: that the analyst can read only public tables and views. The proof needs a login. Set ANALYST_PASSWORD to a password that works."
      }
    ]
  }
  return open.length === 0
    ? [
        {
          mark: "ok",
          text: `Proved with a login as the analyst: the server refused to read ${plural(refused, "table")} that ${refused === 1 ? "is" : "are"} not public.`
        }
      ]
    : [
        {
          mark: "failed",
          text: `Tried with a login as the analyst: it reads ${plural(open.length, "table")} that ${open.length === 1 ? "is" : "are"} not public.`
        }
      ]
}

const access = ({ access, drift, proof }: PrivacyReport): ReadonlyArray<Document.Block> => [
  Document.text(
    access.some(({ role }) => role === "file")
      ? "An embedded store has no accounts; the permissions of its files decide. Analysts need only the public file. A user who may not enter the directory reads none of them."
      : "The grants of the pipeline's accounts. The server's administrator can list other accounts."
  ),
  Document.table(
    [{ title: "who or what" }, { title: "holds" }],
    access.map((one) => [
      one.role === "file" ? fileOf(one) : one.role === "everybody" ? one.subject : `${one.subject} (${one.role})`,
      holdings(one)
    ])
  ),
  ...(access.some(({ seen }) => seen === "own host") ? [Document.text(unseen)] : []),
  ...(drift.length + proof.open.length === 0
    ? []
    : [
        Document.list(
          [...drift, ...proof.open].map((difference) => ({ title: line(difference), text: `remedy: ${difference.remedy}` }))
        )
      ])
]

const unseen =
  "Not checked: the rights of these accounts when they log in from another machine. A server keeps separate rights for each host, and shows an account only those of its own login. With DATABASE_ADMIN_URL set, the report shows every entry."

const fileOf = ({ subject }: Access): string => subject.split(/[\\/]/).at(-1) ?? subject

/** The privileges of an account and their relations: `SELECT on a, b`. */
const holdings = ({ holds }: Access): string => {
  const on = new Map<string, Array<string>>()
  for (const held of holds) {
    const at = held.lastIndexOf(" ON ")
    const [privileges, thing] = at < 0 ? [held, ""] : [held.slice(0, at), held.slice(at + 4)]
    on.set(privileges, [...(on.get(privileges) ?? []), thing.replaceAll("`", "").replaceAll("\\_", "_")])
  }
  const texts = [...on].map(([privileges, things]) =>
    things[0] === "" ? privileges : `${privileges} on ${things.sort().join(", ")}`
  )
  return texts.length === 0 ? "nothing" : texts.join("; ")
}

const anonymity = (people: People): ReadonlyArray<Document.Section> => {
  const { anonymity, bySetting, bySubset, diversity, rare, settings, table } = people
  const { users } = anonymity
  const most = Math.max(...anonymity.sizes.map((size) => size.users))
  return [
    {
      title: `k-anonymity of ${table}`,
      blocks: [
        Document.text(
          `People are compared by what others could know of them: ${anonymity.columns.map((column) => `\`${column}\``).join(", ")}. People who are equal in all of these form a class; null counts as a value. The smallest class has ${persons(anonymity.k)}: k = ${count(anonymity.k)}. There are ${persons(users)} in ${anonymity.classes === 1 ? "1 class" : `${count(anonymity.classes)} classes`}.`
        ),
        Document.table(
          [{ title: "class of" }, ...numeric("classes", "people", "share"), { title: "" }],
          anonymity.sizes.map((size) => [
            size.most === null
              ? `${size.least} and more`
              : size.most === size.least
                ? `${size.least}`
                : `${size.least} to ${size.most}`,
            count(size.classes),
            count(size.users),
            share(size.users, users),
            { share: size.users / most }
          ])
        )
      ]
    },
    ...(diversity.length === 0
      ? []
      : [
          {
            title: "l-diversity of sensitive columns",
            blocks: [
              Document.text(
                "How many values a sensitive column has among the people of one class (l-diversity; numbers count as equal within a band). If there is only one, finding the class reveals it."
              ),
              Document.table(
                [{ title: "column" }, ...numeric("l", "people with 1 value", "2 values", "more")],
                diversity.map(({ column, l, more, one, two }) => [column, count(l), count(one), count(two), count(more)])
              )
            ]
          }
        ]),
    {
      title: "k-anonymity by columns",
      blocks: [comparisons("compared by", bySubset, users)]
    },
    {
      title: "k-anonymity with coarser columns",
      blocks: [
        Document.text(
          `${settings === null ? "No setting is in force that makes rows coarser." : `Rows depend on these settings: \`${settings}\`.`} The table shows the current rows under each setting. A setting that is already in force changes nothing.`
        ),
        comparisons("setting", bySetting, users)
      ]
    },
    ...(rare.length === 0
      ? []
      : [
          {
            title: "Rare values",
            blocks: rare.map(({ column, rareBelow, rareUsers, rareValues, users, values }) =>
              Document.text(
                `\`${column}\`: ${plural(rareValues, "value")} of ${count(values)} ${rareValues === 1 ? "has" : "have"} fewer than ${rareBelow} people, together ${persons(rareUsers)} of ${count(users)} who have a value (${share(rareUsers, users)}). The values are not shown.`
              )
            )
          }
        ])
  ]
}

const persons = (number: number): string => (number === 1 ? "1 person" : `${count(number)} people`)

const comparisons = (title: string, of: ReadonlyArray<Comparison>, users: number): Document.Block =>
  Document.table(
    [{ title }, ...numeric("k", "alone", "", `in fewer than ${small}`, "")],
    of.map(({ about, inSmall, k, unique }) => [
      about,
      count(k),
      count(unique),
      share(unique, users),
      count(inSmall),
      share(inSmall, users)
    ])
  )

const numeric = (...titles: ReadonlyArray<string>): ReadonlyArray<Document.Column> =>
  titles.map((title) => ({ title, numeric: true }))

const record = ({ record }: PrivacyReport): ReadonlyArray<Document.Block> => [
  ...Object.entries(classes).flatMap(([name, meaning]) => {
    const fields = record.filter((entry) => entry.class === name)
    const stored = name === "drop" ? [] : [{ title: "stored" }]
    return [
      Document.text(`${name}: ${meaning}.`),
      Document.table(
        [{ title: "field" }, ...stored, { title: "why" }, { title: "legal note (GDPR)" }],
        fields.map(({ becomes, field, legal, reason, source }) => [
          `\`${source}.${field}\``,
          ...stored.map(() => becomes),
          reason,
          legal
        ])
      )
    ]
  }),
  Document.text(confirmation)
]

const derivations = ({ derivations }: PrivacyReport): ReadonlyArray<Document.Block> => [
  Document.text(
    "Each derivation reads personal values of one kind, and its result is public. No other code of the pipeline can read them."
  ),
  Document.table(
    [{ title: "kind" }, { title: "derivation" }],
    derivations.map(({ kind, name }) => [kind, `\`${name}\``])
  )
]

/** `33%`; `<1%` for a share that rounds to zero but is more. */
const share = (part: number, whole: number): string => {
  const percent = whole === 0 ? 0 : (100 * part) / whole
  if (percent > 0 && percent < 1) return "<1%"
  return percent > 99 && percent < 100 ? ">99%" : `${Math.round(percent)}%`
}
