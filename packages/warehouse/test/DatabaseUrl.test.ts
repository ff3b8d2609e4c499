import * as DatabaseUrl from "@sluice/warehouse/DatabaseUrl"
import * as Either from "effect/Either"
import * as Redacted from "effect/Redacted"
import { assert, describe, it } from "vitest"

const problem = (text: string) =>
  Either.match(DatabaseUrl.parse(text), { onLeft: (why) => why, onRight: () => "no problem" })

describe("DatabaseUrl", () => {
  it("reads a server's URL, with its escapes", () => {
    assert.deepStrictEqual(
      DatabaseUrl.parse("mysql://sluice:p%40ss@db.example:3307/spark_dwh"),
      Either.right({
        _tag: "Mysql",
        host: "db.example",
        port: 3307,
        user: "sluice",
        password: Redacted.make("p@ss"),
        database: "spark_dwh"
      })
    )
  })

  it("reads a directory, relative or absolute", () => {
    const urls = {
      "sqlite:.sluice": ".sluice",
      "sqlite:a b/c#1": "a b/c#1",
      "sqlite:/abs/x": "/abs/x",
      "sqlite:///abs/x": "/abs/x",
      "SQLite:x": "x",
      "sqlite:./~x": "./~x"
    }
    assert.deepStrictEqual(
      Object.keys(urls).map(DatabaseUrl.parse),
      Object.values(urls).map((directory) => Either.right({ _tag: "Sqlite", directory } as const))
    )
  })

  // Regression: each of these made a directory of an odd name, and a run filled it.
  it("refuses what names no directory, or one that only other programs understand, and says what to write", () => {
    const wrong = {
      "sqlite:": /^names no directory\. Use sqlite:DIRECTORY, /,
      "sqlite:?mode=ro": /^names no directory\. Use sqlite:DIRECTORY, /,
      "sqlite://": /^has \/\/ before a relative directory\. Use sqlite:DIRECTORY /,
      "sqlite://rel": /^has \/\/ before a relative directory\. Use sqlite:DIRECTORY /,
      "sqlite:~": /^begins with ~, .* in full/,
      "sqlite:~/data": /^begins with ~, .* in full/,
      "sqlite:dir?x=y": /^has parameters after a \?/,
      "sqlite:my%20dir": /^has a percent escape/,
      "sqlite::memory:": /^names no directory, and/,
      "sqlite:file:x": /^names no directory, and/,
      "sqlite:data.db": /^names a database file/,
      "sqlite:a\u0000b": /^has a control character/,
      "sqlite: rel": /^begins or ends with a blank/,
      "sqlite:rel ": /^begins or ends with a blank/,
      " sqlite:rel": /^begins or ends with a blank/
    }
    assert.deepStrictEqual(
      Object.entries(wrong).map(([url, why]) => [url, why.test(problem(url))]),
      Object.keys(wrong).map((url) => [url, true])
    )
  })

  // Regression: mysql2 turned port 0 into 3306, so that a mistake ended up at another server.
  it("refuses port 0", () => {
    assert.match(problem("mysql://a:b@127.0.0.1:0/d"), /^names port 0\./)
  })

  it("tells what is wrong and never repeats what could be a password", () => {
    const wrong = [
      "postgres://u:hunter2@h/d",
      "mysql://u:hunter2@h",
      "mysql://:hunter2@h/d",
      "mysql://u:hun%ter2@h/d",
      "mysql://u:hunter2@h/a-b",
      "sqlite:"
    ]
    assert.deepStrictEqual(
      wrong.map((text) => [problem(text) === "no problem", problem(text).includes("hunter2")]),
      wrong.map(() => [false, false])
    )
  })

  it("refuses the documented password of the compose file for any server that is not local", () => {
    const hosts = ["db.example", "10.0.0.7", "localhost", "127.0.0.1", "[::1]", "mysql"]
    assert.deepStrictEqual(
      hosts.map((host) => problem(`mysql://sluice:local-play-only@${host}:3306/d`).includes("documented for local play")),
      [true, true, false, false, false, false]
    )
  })
})
