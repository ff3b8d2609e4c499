import { describe, expect, it } from "@effect/vitest"
import * as Dataset from "@sluice/core/data/Dataset"
import * as Column from "@sluice/core/relation/Column"
import * as Grants from "@sluice/core/relation/Grants"
import { declared } from "@sluice/warehouse/checks/Declared"
import type { Difference } from "@sluice/warehouse/checks/Difference"
import * as Drift from "@sluice/warehouse/checks/Drift"
import * as PipelineRights from "@sluice/warehouse/mysql/PipelineRights"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import { WarehouseAudit } from "@sluice/warehouse/WarehouseAudit"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import { type Flavour, flavours, isAvailable } from "../../../../test/servers/TestServers.ts"
import { inStep } from "../contract/support.ts"
import * as databases from "../mysql/databases.ts"
import { Expensive, spec, Things, thing } from "./things.ts"

/** The found and the declared state, a line each. The remedies are run, not compared. */
const told = (differences: ReadonlyArray<Difference>) =>
  differences.map(({ aspect, declared, found, subject }) => `${subject} | ${aspect} | ${found} | ${declared}`)

const changed = (flavour: Flavour): string => (flavour === "MariaDB" ? "PASSWORD('canary-9c2f')" : "'canary-9c2f'")

const differences = Effect.flatMap(WarehouseAudit, (audit) => audit.drift(spec))

for (const flavour of flavours) {
  describe.skipIf(!isAvailable(flavour))(`drift on ${flavour}`, () => {
    it.live("there is none in what was provisioned and published", () =>
      Effect.gen(function* () {
        const database = yield* databases.make(flavour, spec)
        yield* Effect.provide(
          Effect.gen(function* () {
            const warehouse = yield* Warehouse
            expect(yield* differences).toEqual([])
            yield* inStep(warehouse.publish(Things, Dataset.of(thing({ id: "a" }))))
            yield* warehouse.publishView(Expensive)
            expect(yield* differences).toEqual([])
            yield* Drift.check(spec)
          }),
          databases.stores(database)
        )
      })
    )

    it.live("what was never made is not missed, with or without an analyst", () =>
      Effect.gen(function* () {
        const database = yield* databases.make(flavour)
        expect(yield* Effect.provide(differences, databases.stores(database))).toEqual([])
        expect(yield* Effect.provide(differences, databases.stores({ url: database.url }))).toEqual([])
      })
    )

    it.live("the analyst may keep the right to read what was dropped, which the next run makes", () =>
      Effect.gen(function* () {
        const database = yield* databases.make(flavour, spec)
        yield* databases.asAdmin(database, "DROP VIEW check_expensive", "DROP TABLE check_things")
        expect(yield* Effect.provide(differences, databases.stores(database))).toEqual([])
      })
    )

    it.live(
      "whatever is altered by hand is found before the first write, and its statement repairs it",
      () =>
        Effect.gen(function* () {
          const database = yield* databases.make(flavour, spec)
          const { analyst, url } = database
          // The server uses the account of the most specific host.
          const accountOf = (who: typeof analyst) =>
            Effect.map(databases.as({ ...url, ...who }, "SELECT CURRENT_USER()"), ([row]) =>
              String(row?.[0]).replace(/^(.*)@(.*)$/, "'$1'@'$2'")
            )
          const reader = yield* accountOf(analyst)
          const writer = yield* accountOf(url)
          const may = `what the analyst "${analyst.user}" may do`
          const nothing = "nothing but to read the public tables and views"
          const account = `the pipeline's account "${url.user}" | privileges`
          const own = `\`${url.database.replaceAll("_", "\\_")}\`.*`
          const on = (name: string) => `\`${url.database}\`.\`${name}\``
          const cases: ReadonlyArray<readonly [sql: ReadonlyArray<string>, expected: ReadonlyArray<string>]> = [
            [
              ["ALTER TABLE check_things MODIFY COLUMN status VARCHAR(10)"],
              ["check_things | column status | VARCHAR(10) | VARCHAR(20)"]
            ],
            [
              ["ALTER TABLE check_things MODIFY COLUMN `order` INT NULL"],
              [
                flavour === "MySQL"
                  ? "check_things | column order | INT | BIGINT NOT NULL"
                  : "check_things | column order | INT(11) | BIGINT NOT NULL"
              ]
            ],
            [
              ["ALTER TABLE check_things MODIFY COLUMN owner_id VARCHAR(40) COLLATE utf8mb4_general_ci"],
              ["check_things | column owner_id | VARCHAR(40) COLLATE utf8mb4_general_ci | VARCHAR(40)"]
            ],
            [
              ["ALTER TABLE check_things MODIFY COLUMN status ENUM('canary-9c2f')"],
              ["check_things | column status | ENUM(…) | VARCHAR(20)"]
            ],
            [
              ["ALTER TABLE check_things DROP COLUMN made_at"],
              [
                "check_things | column made_at | none | DATETIME(3) NOT NULL",
                "check_things | index ix_status_made_at | (status) | none",
                "check_things | index (status, made_at) | none | (status, made_at)"
              ]
            ],
            [
              ["ALTER TABLE check_things ADD COLUMN note VARCHAR(100) DEFAULT 'canary-9c2f'"],
              ["check_things | column note | VARCHAR(100) | none"]
            ],
            [["ALTER TABLE check_things DROP PRIMARY KEY"], ["check_things | primary key | none | (id)"]],
            [
              ["ALTER TABLE check_things DROP PRIMARY KEY, ADD PRIMARY KEY (id, `order`)"],
              ["check_things | primary key | (id, order) | (id)"]
            ],
            [["DROP INDEX ix_owner_id ON check_things"], ["check_things | index (owner_id) | none | (owner_id)"]],
            [
              ["CREATE UNIQUE INDEX mine ON check_things (price, id(5))"],
              ["check_things | index mine | UNIQUE (price, id(5)) | none"]
            ],
            [
              ["DROP INDEX value_hash ON check_cities"],
              ["check_cities | index UNIQUE (value_hash) | none | UNIQUE (value_hash)"]
            ],
            [
              ["CREATE OR REPLACE SQL SECURITY DEFINER VIEW check_expensive AS SELECT id FROM check_things"],
              ["check_expensive | the rights it runs with | its definer's | its reader's"]
            ],
            [
              [
                "CREATE SQL SECURITY DEFINER VIEW leak AS SELECT city FROM check_cities",
                `GRANT SELECT ON leak TO ${reader}`
              ],
              [
                "leak | the rights it runs with | its definer's | no such view",
                `leak | ${may} | SELECT ON ${on("leak")} | ${nothing}`
              ]
            ],
            [
              [`GRANT SELECT ON check_cities TO ${reader}`],
              [`check_cities | ${may} | SELECT ON ${on("check_cities")} | ${nothing}`]
            ],
            [
              [`GRANT INSERT, DELETE ON check_things TO ${reader}`],
              [`check_things | ${may} | INSERT, DELETE ON ${on("check_things")} | ${nothing}`]
            ],
            [
              [`GRANT SELECT (city) ON check_cities TO ${reader}`],
              [`check_cities | ${may} | SELECT (\`city\`) ON ${on("check_cities")} | ${nothing}`]
            ],
            [[`GRANT FILE ON *.* TO ${reader}`], [`the analyst "${analyst.user}" | ${may} | FILE ON *.* | ${nothing}`]],
            [[`REVOKE SELECT ON check_owners FROM ${reader}`], [`check_owners | ${may} | not to read it | SELECT`]],
            [[`GRANT FILE ON *.* TO ${writer}`], [`${account} | FILE ON *.* | nothing but to work in its own database`]],
            [[`REVOKE INDEX, DROP ON ${own} FROM ${writer}`], [`${account} | not granted | DROP, INDEX ON ${own}`]],
            [
              [`GRANT ALL ON ${own} TO ${writer}`],
              [
                `${account} | ALL PRIVILEGES ON ${own} | nothing but to work in its own database`,
                `${account} | not granted | ${PipelineRights.privileges.join(", ")} ON ${own}`
              ]
            ],
            [
              [
                "CREATE TRIGGER rewrite BEFORE INSERT ON check_things FOR EACH ROW SET NEW.owner_id = 'canary-9c2f'",
                "CREATE TRIGGER copy AFTER DELETE ON quarantine FOR EACH ROW SET @copied = 'canary-9c2f'"
              ],
              ["quarantine | trigger copy | a trigger | none", "check_things | trigger rewrite | a trigger | none"]
            ],
            [
              ["ALTER TABLE check_cities ENGINE = MyISAM", "ALTER TABLE sluice_marks ENGINE = MyISAM"],
              ["check_cities | engine | MyISAM | InnoDB", "sluice_marks | engine | MyISAM | InnoDB"]
            ],
            ...(flavour === "MySQL"
              ? []
              : ([
                  [
                    ["ALTER TABLE check_owners ADD SYSTEM VERSIONING"],
                    ["check_owners | versions of rows | kept after rows are deleted | none"]
                  ],
                  [["ALTER TABLE check_owners ENGINE = Aria"], ["check_owners | engine | Aria | InnoDB"]]
                ] as const)),
            [
              [
                "CREATE TABLE theirs (n INT) ENGINE = MyISAM",
                "CREATE TRIGGER theirs BEFORE INSERT ON theirs FOR EACH ROW SET @copied = 'canary-9c2f'",
                "ALTER TABLE check_owners ADD COLUMN note VARCHAR(5)"
              ],
              ["check_owners | column note | VARCHAR(5) | none"]
            ]
          ]
          yield* Effect.provide(
            Effect.gen(function* () {
              for (const [sql, expected] of cases) {
                yield* databases.asAdmin(database, ...sql)
                const found = yield* Effect.flip(Drift.check(spec))
                if (!(found instanceof Drift.DriftFound)) return yield* found
                expect(told(found.differences)).toEqual(expected)
                expect(found.message).not.toContain("canary")
                yield* databases.asAdmin(database, ...found.differences.map(({ remedy }) => remedy))
                expect(yield* differences).toEqual([])
              }
            }),
            databases.stores(database)
          )
        }),
      60_000
    )

    it.live("an analyst who has changed the account's password stops no run: it is a warning", () =>
      Effect.gen(function* () {
        const database = yield* databases.make(flavour, spec)
        yield* databases.as({ ...database.url, ...database.analyst }, `SET PASSWORD = ${changed(flavour)}`)
        const lines: Array<string> = []
        const log = Logger.replace(
          Logger.defaultLogger,
          Logger.map(Logger.logfmtLogger, (line) => void lines.push(line))
        )
        yield* Drift.check(spec).pipe(Effect.provide(databases.stores(database)), Effect.provide(log))
        expect(lines).toHaveLength(1)
        expect(lines[0]).toMatch(/level=WARN .*the analyst .*, account: found the server refuses its password/)
        expect(lines[0]).not.toMatch(/canary|ana'lyst/)
      })
    )

    it.live("a declaration that has changed since is not drift, but the declared check sees it until it is published", () =>
      Effect.gen(function* () {
        const database = yield* databases.make(flavour, spec)
        const Wider = {
          ...Things,
          columns: { ...Things.columns, color: Column.nullable(Column.text(10)) },
          indexes: [["color"]]
        }
        const wider = { ...spec, tables: [Wider] }
        yield* Effect.provide(
          Effect.gen(function* () {
            const warehouse = yield* Warehouse
            yield* Drift.check(wider)
            const check = declared(Wider, Grants.select(Things))
            const outcome = yield* check.evaluate({ _tag: "Published" })
            expect(outcome).toEqual({
              passed: false,
              metadata: {
                differences: 4,
                which: [
                  "check_things, column color: found none, declared VARCHAR(10)",
                  "check_things, index ix_owner_id: found (owner_id), declared none",
                  "check_things, index ix_status_made_at: found (status, made_at), declared none",
                  "check_things, index (color): found none, declared (color)"
                ].join("; "),
                remedy: Array(4).fill("`sluice materialize check_things`").join("; ")
              }
            })
            yield* inStep(warehouse.publish(Wider, Dataset.of({ ...thing({ id: "a" }), color: null })))
            expect(yield* check.evaluate({ _tag: "Published" })).toEqual({ passed: true, metadata: { differences: 0 } })
            yield* databases.asAdmin(database, "DROP INDEX ix_color ON check_things")
            expect((yield* Effect.flip(Drift.check(wider)))._tag).toBe("DriftFound")
          }),
          databases.stores(database)
        )
      })
    )
  })
}
