import * as DatabaseUrl from "@sluice/warehouse/DatabaseUrl"
import * as Either from "effect/Either"
import * as Redacted from "effect/Redacted"
import { describe, expect, it } from "vitest"

const problem = (text: string) =>
  Either.match(DatabaseUrl.parse(text), { onLeft: (why) => why, onRight: () => "no problem" })

describe("DatabaseUrl", () => {
  it("reads a server's URL, with its escapes", () => {
    expect(DatabaseUrl.parse("mysql://sluice:p%40ss@db.example:3307/spark_dwh")).toStrictEqual(
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

  it("refuses databases that are the server's own or record its accounts, in any case of letters", () => {
    const names = ["mysql", "MySQL", "sys", "information_schema", "Performance_Schema", "sluice_admin", "mysql_x"]
    expect(names.map((name) => problem(`mysql://sluice:p@db.example/${name}`))).toStrictEqual([
      ...names
        .slice(0, -1)
        .map((name) => `names the system database "${name}". Name a database of the pipeline's own: it need not exist yet.`),
      "no problem"
    ])
  })

  it("reads a directory, relative or absolute", () => {
    const urls = {
      "sqlite:.sluice": ".sluice",
      "sqlite:a b/c#1": "a b/c#1",
      "sqlite:/abs/x": "/abs/x",
      "sqlite:///abs/x": "/abs/x",
      "SQLite:x": "x",
      "sqlite:./~x": "./~x",
      "sqlite:a$": "a$"
    }
    expect(Object.keys(urls).map(DatabaseUrl.parse)).toStrictEqual(
      Object.values(urls).map((directory) => Either.right({ _tag: "Sqlite", directory } as const))
    )
  })

  // Regression: each of these created a directory with an odd name, and a run filled it.
  it("refuses what names no directory, or one that only other programs understand, and says what to write", () => {
    const wrong = {
      "sqlite:": /^names no directory\. Use sqlite:DIRECTORY, /,
      "sqlite:?mode=ro": /^names no directory\. Use sqlite:DIRECTORY, /,
      "sqlite://": /^has \/\/ before a relative directory\. Use sqlite:DIRECTORY /,
      "sqlite://rel": /^has \/\/ before a relative directory\. Use sqlite:DIRECTORY /,
      "sqlite:~": /^begins with ~, .* in full/,
      "sqlite:~/data": /^begins with ~, .* in full/,
      "sqlite:$HOME": /^has a variable after a \$, .* in full/,
      "sqlite:${HOME}/data": /^has a variable after a \$, .* in full/,
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
    expect(Object.entries(wrong).map(([url, why]) => [url, why.test(problem(url))])).toStrictEqual(
      Object.keys(wrong).map((url) => [url, true])
    )
  })

  // Regression: mysql2 turned port 0 into 3306, so a mistake reached another server.
  it("refuses port 0", () => {
    expect(problem("mysql://a:b@127.0.0.1:0/d")).toMatch(/^names port 0\./)
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
    expect(wrong.map((text) => [problem(text) === "no problem", problem(text).includes("hunter2")])).toStrictEqual(
      wrong.map(() => [false, false])
    )
  })

  it("refuses the documented password of the compose file for any server that is not local", () => {
    const hosts = ["db.example", "10.0.0.7", "localhost", "127.0.0.1", "[::1]", "mysql"]
    expect(
      hosts.map((host) => problem(`mysql://sluice:local-play-only@${host}:3306/d`).includes("documented for local play"))
    ).toStrictEqual([true, true, false, false, false, false])
  })

  it("reads the parameters of TLS and of a socket, and writes them again", () => {
    const urls = [
      "mysql://u:p@db.example:3306/d?ssl-mode=VERIFY_IDENTITY&ssl-ca=%2Fca.pem",
      "mysql://u:p@db.example:3306/d?ssl-mode=PREFERRED",
      "mysql://u:p@localhost/d?socket=%2Frun%2Fmysqld.sock"
    ]
    const read = urls.map((url) => Either.getOrThrow(DatabaseUrl.parseServer(url)))
    expect(read.map(({ sslMode, sslCa, socket }) => [sslMode, sslCa, socket])).toStrictEqual([
      ["VERIFY_IDENTITY", "/ca.pem", undefined],
      ["PREFERRED", undefined, undefined],
      [undefined, undefined, "/run/mysqld.sock"]
    ])
    expect(read.map(DatabaseUrl.format)).toStrictEqual(urls)
  })

  it("prefers TLS for servers on other machines, and uses none for this machine's, unless it is said", () => {
    const mode = (url: string) => DatabaseUrl.sslModeOf(Either.getOrThrow(DatabaseUrl.parseServer(`mysql://u:p@${url}`)))
    expect(
      ["db.example", "10.0.0.7", "mysql", "localhost", "127.0.0.1", "127.1.2.3", "[::1]", "localhost?socket=/s"].map(mode)
    ).toStrictEqual([...new Array(3).fill("PREFERRED"), ...new Array(5).fill("DISABLED")])
    expect(mode("localhost?ssl-mode=REQUIRED")).toStrictEqual("REQUIRED")
  })

  it("refuses parameters that it does not know or that contradict each other, by name and never by value", () => {
    const wrong: Readonly<Record<string, RegExp>> = {
      "h/d?ssl=hunter2": /^has a parameter "ssl", which does not exist\. The parameters are ssl-mode, ssl-ca and socket\.$/,
      "h/d?charset=latin1": /^has a parameter "charset", which does not exist/,
      "h/d?ssl-mode=REQUIRED&ssl-mode=hunter2": /^has the parameter "ssl-mode" twice/,
      "h/d?ssl-mode=hunter2": /^has an ssl-mode that does not exist\. Use DISABLED, .* or VERIFY_IDENTITY\.$/,
      "h/d?ssl-mode=": /^has an empty parameter "ssl-mode"/,
      "h/d?ssl-ca=hunter2": /^has ssl-ca, which is used by/,
      "h/d?ssl-mode=REQUIRED&ssl-ca=hunter2": /^has ssl-ca, which is used by/,
      "10.0.0.7/d?ssl-mode=VERIFY_IDENTITY": /^has ssl-mode=VERIFY_IDENTITY, .* and an address for the host/,
      "[::1]/d?ssl-mode=VERIFY_IDENTITY": /^has ssl-mode=VERIFY_IDENTITY, .* and an address for the host/,
      "localhost/d?socket=hunter2": /^has a socket whose path/,
      "h/d?socket=/hunter2": /^has a socket, so the host must be localhost, without a port/,
      "localhost:3306/d?socket=/hunter2": /^has a socket, so the host must be localhost, without a port/,
      "localhost/d?socket=/hunter2&ssl-mode=REQUIRED": /^has a socket, which needs no TLS/,
      "h/d#hunter2": /^has a "#"/,
      // The text could be a password with an unescaped "?".
      "h/d?secret&hunter2@h/d": /^has something after a "\?" that is no parameter/
    }
    expect(
      Object.entries(wrong).map(([rest, why]) => {
        const told = Either.match(DatabaseUrl.parseServer(`mysql://u:p@${rest}`), {
          onLeft: (text) => text,
          onRight: () => "no problem"
        })
        return [rest, why.test(told) ? "as it should" : told, /hunter2|secret/.test(told)]
      })
    ).toStrictEqual(Object.keys(wrong).map((rest) => [rest, "as it should", false]))
  })
})
