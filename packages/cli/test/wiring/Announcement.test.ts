import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import { expect, it } from "vitest"
import * as ProgramSettings from "../../src/settings/ProgramSettings.ts"
import * as Announcement from "../../src/wiring/Announcement.ts"

it("says how connections to the store will be encrypted, before there are any", () => {
  const said = (url: string) =>
    Announcement.store(
      Effect.runSync(
        Effect.withConfigProvider(ProgramSettings.load, ConfigProvider.fromMap(new Map([["DATABASE_URL", url]])))
      )
    )
  expect(
    [
      "127.0.0.1:3307/d",
      "localhost/d?socket=/run/s",
      "db.example/d",
      "db.example/d?ssl-mode=DISABLED",
      "db.example/d?ssl-mode=REQUIRED",
      "db.example/d?ssl-mode=VERIFY_CA",
      "db.example/d?ssl-mode=VERIFY_IDENTITY"
    ].map((rest) => said(`mysql://u:p@${rest}`))
  ).toEqual([
    "the database d on 127.0.0.1:3307",
    "the database d on the socket /run/s",
    "the database d on db.example:3306, encrypted if the server offers TLS",
    "the database d on db.example:3306, not encrypted",
    "the database d on db.example:3306, encrypted, its certificate not checked",
    "the database d on db.example:3306, encrypted, its certificate checked, the host's name not",
    "the database d on db.example:3306, encrypted, its certificate and name checked"
  ])
})
