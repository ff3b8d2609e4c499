import * as Document from "@sluice/cli/render/Document"
import * as Human from "@sluice/cli/render/Human"
import type { Access } from "@sluice/warehouse/Access"
import { line } from "@sluice/warehouse/checks/Difference"
import type { Comparison } from "@sluice/warehouse/privacy/Anonymity"
import { small } from "@sluice/warehouse/privacy/Anonymity"
import type { PrivacyReport } from "./PrivacyReport.ts"
import { classes, confirmation } from "./RecordOfProcessing.ts"

/** The report as a page: first what matters, then how it was found. `store` is the store in words. */
export const make = (report: PrivacyReport, store: string): Document.Document => ({
  title: `Privacy report on ${store}, ${Human.time(report.at)} UTC`,
  sections: [
    { title: "In short", blocks: [Document.findings(...inShort(report))] },
    { title: "Who may do what", blocks: access(report) },
    ...(report.anonymity.users === 0 ? [] : anonymity(report)),
    {
      title: "What remains possible",
      blocks: [Document.list(report.residualRisks)]
    },
    { title: "What becomes of each field", blocks: record(report) },
    { title: "What is derived of personal values", blocks: derivations(report) }
  ]
})

const { count, plural } = Human

const inShort = ({
  access,
  anonymity,
  drift,
  emailDomains,
  generalisation,
  proof
}: PrivacyReport): Array<Document.Finding> => {
  const { k, sizes, users } = anonymity
  const alone = sizes[0]?.users ?? 0
  const partly = access.some(({ seen }) => seen === "own host")
  const subjects =
    proof.by === "nothing"
      ? "Tables and views"
      : `Tables, views and ${partly ? "what the accounts may do from this machine" : "who may read them"}`
  return [
    drift.length === 0
      ? { mark: "ok", text: `${subjects} are as declared.` }
      : {
          mark: "failed",
          text: `The store is not as declared, ${drift.length === 1 ? "in one way" : `in ${drift.length} ways`}.`
        },
    ...(partly
      ? [{ mark: "warning", text: "What the accounts may do from other machines was not looked at." } as const]
      : []),
    ...proved(proof),
    users === 0
      ? {
          mark: "warning",
          text: "`users_raw` has no rows, so there is nobody to single out. `pnpm assets materialize --all` fills it."
        }
      : k >= small
        ? { mark: "ok", text: `k = ${count(k)}: every user looks like at least ${count(k - 1)} others.` }
        : {
            mark: "warning",
            text:
              k === 1
                ? `k = 1: ${count(alone)} of ${plural(users, "user")} (${share(alone, users)}) ${alone === 1 ? "is" : "are"} unlike any other in what the public columns tell.`
                : `k = ${k}: some users look like only ${plural(k - 1, "other")} in what the public columns tell.`
          },
    ...(emailDomains.rareDomains === 0
      ? []
      : [
          {
            mark: "warning",
            text: `${plural(emailDomains.rareDomains, "email domain")} of ${count(emailDomains.domains)} ${emailDomains.rareDomains === 1 ? "is" : "are"} rare (fewer than ${small} users each).`
          } as const
        ]),
    ...(generalisation.inForce
      ? []
      : [
          {
            mark: "warning",
            text: "The settings of the generalisation have changed since `users_raw` was made. `pnpm assets materialize --changed` makes it under them."
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
        text: "Not proved: that the analyst reads nothing but the public tables and views. It takes a login, and there is no password that works in ANALYST_PASSWORD."
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
      ? "An embedded store has no accounts: the modes of its files count. Analysts are to read the public file alone; who may not enter the directory reads none of them."
      : "The grants of the pipeline's accounts. Other accounts of the server are the administrator's to list."
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
          [...drift, ...proof.open].map((difference) => ({ title: line(difference), text: `mend: ${difference.mend}` }))
        )
      ])
]

const unseen =
  "Not looked at: what these accounts may do when they log in from another machine. A server keeps an entry with rights of its own for each host, and shows an account only the entry that it logged in by. With DATABASE_ADMIN_URL set, the report shows every entry."

const fileOf = ({ subject }: Access): string => subject.split(/[\\/]/).at(-1) ?? subject

/** Privileges with all that they are on: `SELECT on a, b`. */
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

const anonymity = (report: PrivacyReport): ReadonlyArray<Document.Section> => {
  const { anonymity, bySetting, bySubset, diversity, emailDomains, generalisation } = report
  const { users } = anonymity
  const most = Math.max(...anonymity.sizes.map((size) => size.users))
  return [
    {
      title: "How well users hide among each other",
      blocks: [
        Document.text(
          `Users are compared by what others could know of them: ${anonymity.columns.map((column) => `\`${column}\``).join(", ")}. Those who are equal in all of these are a class; null is a value like others. The smallest class has ${plural(anonymity.k, "user")}: k = ${count(anonymity.k)}. There are ${plural(users, "user")} in ${anonymity.classes === 1 ? "1 class" : `${count(anonymity.classes)} classes`}.`
        ),
        Document.table(
          [{ title: "class of" }, ...numeric("classes", "users", "share"), { title: "" }],
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
    {
      title: "What is learned of users who are found",
      blocks: [
        Document.text(
          "How many values a sensitive column has among the users of one class (l-diversity; incomes count as equal within a band). Where there is one, whoever finds the class knows it."
        ),
        Document.table(
          [{ title: "column" }, ...numeric("l", "users with 1 value", "2 values", "more")],
          diversity.map(({ column, l, more, one, two }) => [column, count(l), count(one), count(two), count(more)])
        )
      ]
    },
    {
      title: "Which columns single people out",
      blocks: [comparisons("compared by", bySubset, users)]
    },
    {
      title: "What coarser columns would change",
      blocks: [
        Document.text(
          `Now: birth as ${generalisation.birth === "year" ? "year" : "decade"}, income ${generalisation.income === "exact" ? "exact" : "by band"}, ${generalisation.emailDomainMin === 1 ? "every email domain" : `email domains of ${generalisation.emailDomainMin} users and more`}. The table tells what each setting makes of the rows that are there; one that is in force already changes nothing.`
        ),
        comparisons("setting", bySetting, users)
      ]
    },
    {
      title: "Rare email domains",
      blocks: [
        Document.text(
          `${plural(emailDomains.rareDomains, "domain")} of ${count(emailDomains.domains)} ${emailDomains.rareDomains === 1 ? "has" : "have"} fewer than ${emailDomains.rareBelow} users, together ${plural(emailDomains.rareUsers, "user")} of ${count(emailDomains.users)} who have a domain (${share(emailDomains.rareUsers, emailDomains.users)}). Their names are not told here.`
        )
      ]
    }
  ]
}

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

/** `33%`; `<1%` for what is little but something. */
const share = (part: number, whole: number): string => {
  const percent = whole === 0 ? 0 : (100 * part) / whole
  if (percent > 0 && percent < 1) return "<1%"
  return percent > 99 && percent < 100 ? ">99%" : `${Math.round(percent)}%`
}
