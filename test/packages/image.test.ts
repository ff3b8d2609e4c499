import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, describe, expect, it } from "vitest"
import { isFull } from "../setup/size.ts"
import { run } from "./Packed.ts"

const repository = fileURLToPath(new URL("../..", import.meta.url))
const dockerfile = readFileSync(join(repository, "Dockerfile"), "utf8").replaceAll("\\\n", "")

// Docker may be missing, so the steps of the Dockerfile run in folders of this machine. The base image and the user are not
// tested.
describe.runIf(isFull)("the image", { timeout: 600_000 }, () => {
  const parent = mkdtempSync(join(tmpdir(), "sluice-image-"))
  afterAll(() => rmSync(parent, { recursive: true, force: true }))

  /** A command of the Dockerfile, in this test's folders. */
  const here = (command: string) =>
    command
      .replace("npx -y pnpm@12 install --frozen-lockfile", "true")
      .replaceAll("/packed", `${parent}/packed`)
      .replaceAll("/app", `${parent}/app`)

  it("is built by its Dockerfile's steps, and starts without building anything again", async () => {
    const steps = [...dockerfile.matchAll(/^(RUN|WORKDIR) (.*)$/gm)].map(([, , text = ""]) => text)
    const [, pack = "", , install = "", first = ""] = steps
    expect(await run(repository, "sh", "-ec", here(pack))).toMatchObject({ status: 0 })
    mkdirSync(join(parent, "app"))
    expect(await run(join(parent, "app"), "sh", "-ec", here(install))).toMatchObject({ status: 0 })
    expect(await run(join(parent, "app"), "sh", "-ec", here(first))).toMatchObject({ status: 0 })

    const [program = "", ...words] = JSON.parse(here(dockerfile.match(/^ENTRYPOINT (.*)$/m)?.[1] ?? ""))
    expect(program).toBe("node")
    const cache = join(parent, "app/node_modules/.cache/sluice")
    const kept = () => readdirSync(cache).map((name) => [name, statSync(join(cache, name)).mtimeMs])
    const before = kept()
    const data = join(parent, "data")
    mkdirSync(data)
    const started = await run(data, program, ...words, ...JSON.parse(dockerfile.match(/^CMD (.*)$/m)?.[1] ?? ""))
    expect(started).toMatchObject({ status: 0, output: expect.stringMatching(/^15 succeeded/m) })
    expect(kept()).toEqual(before)
    expect(readdirSync(data)).toEqual([".sluice"])
  })
})
