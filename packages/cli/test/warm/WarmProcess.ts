import { type ChildProcess, spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import { type Asked, end } from "./Asked.ts"

/** How a command ended, and what it wrote. */
export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

const idle: Array<ChildProcess> = []
const mostIdle = 3

/**
 * Runs a command in a process that may have run others before. It takes a third of the time of a process of its own, which spends
 * most on code that has not been compiled yet. A process that ends without an answer has ended with the command.
 */
export const run = (asked: Asked): Promise<Finished> => {
  const child = idle.pop() ?? begin()
  const written = { stdout: "", stderr: "" }
  return new Promise((resolve) => {
    let code: number | null = null
    let isAnswered = false
    const finish = () => {
      for (const each of [child, child.stdout, child.stderr]) each?.removeAllListeners()
      resolve({ code, stdout: written.stdout.replace(end, ""), stderr: written.stderr.replace(end, "") })
    }
    const check = () => {
      if (!isAnswered || !written.stdout.endsWith(end) || !written.stderr.endsWith(end)) return
      finish()
      if (idle.length < mostIdle) idle.push(child)
      else child.disconnect()
    }
    for (const name of ["stdout", "stderr"] as const) {
      child[name]?.on("data", (text) => {
        written[name] += text
        check()
      })
    }
    child.on("message", (answer: number) => {
      code = answer
      isAnswered = true
      check()
    })
    child.on("close", (own) => {
      code = own
      finish()
    })
    child.send(asked)
  })
}

const begin = (): ChildProcess => {
  const child = spawn(process.execPath, [fileURLToPath(new URL("child.cjs", import.meta.url))], {
    env: {},
    stdio: ["ignore", "pipe", "pipe", "ipc"]
  })
  child.stdout?.setEncoding("utf8")
  child.stderr?.setEncoding("utf8")
  return child
}
