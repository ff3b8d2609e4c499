import { spawn } from "node:child_process"
import { once } from "node:events"
import { describe, expect, it } from "vitest"
import * as ProcessIdentity from "../../src/wiring/ProcessIdentity.ts"

const self = ProcessIdentity.self()
const [place = "", start = ""] = self.started?.split(" ") ?? []

describe("a process", () => {
  it("that runs is alive, by its id and its start", () => {
    expect([self.pid, place.length > 0, start.length > 0]).toEqual([process.pid, true, true])
    expect(ProcessIdentity.isAlive(self)).toBe(true)
  })

  it("that is suspended is alive, and one that ended is not", async () => {
    const script = "console.log(process.pid); setInterval(() => {}, 1000)"
    const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] })
    await once(child.stdout, "data")
    const pid = child.pid ?? 0
    const identity = { pid, started: ProcessIdentity.startOf(pid) ?? "" }
    child.kill("SIGSTOP")
    const suspended = ProcessIdentity.isAlive(identity)
    child.kill("SIGKILL")
    await once(child, "exit")
    expect([suspended, ProcessIdentity.isAlive(identity), ProcessIdentity.isAlive({ pid })]).toEqual([true, false, false])
  })

  it("whose id another process has by now is dead", () => {
    expect(ProcessIdentity.isAlive({ pid: process.pid, started: `${place} ${start}0` })).toBe(false)
  })

  it("whose id is there and whose start nobody recorded may be another one", () => {
    expect(ProcessIdentity.isAlive({ pid: process.pid })).toBe(undefined)
  })

  it("of another boot or container cannot be looked up, whether there is one of its id or not", () => {
    const elsewhere = { started: "another-boot/pid:[1] 77" }
    expect([process.pid, 2 ** 22 + 1].map((pid) => ProcessIdentity.isAlive({ pid, ...elsewhere }))).toEqual([
      undefined,
      undefined
    ])
  })
})
