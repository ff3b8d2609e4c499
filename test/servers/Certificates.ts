import { execFileSync } from "node:child_process"
import { chmodSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** A certificate and its key, in PEM files that any server account can read. */
export interface Certificate {
  readonly certificate: string
  readonly key: string
}

export interface Authority extends Certificate {
  /** Makes a certificate for a host's name, signed by this authority. */
  readonly sign: (host: string) => Certificate
}

/** A directory for certificates. Remove it after the servers have stopped. */
export const directory = () => {
  const path = mkdtempSync(join(tmpdir(), "sluice-test-tls-"))
  chmodSync(path, 0o755)
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

/** An authority that no client trusts by default. */
export const authority = (path: string, name: string): Authority => {
  const own = make(path, name, ["-subj", `/CN=${name}`])
  return {
    ...own,
    sign: (host) =>
      make(path, `${name}-${host}`, [
        ...[
          "-subj",
          `/CN=${host}`,
          "-addext",
          `subjectAltName=DNS:${host}`,
          "-addext",
          "basicConstraints=critical,CA:FALSE"
        ],
        ...["-CA", own.certificate, "-CAkey", own.key]
      ])
  }
}

const make = (path: string, name: string, subject: ReadonlyArray<string>): Certificate => {
  const [certificate, key] = [join(path, `${name}.pem`), join(path, `${name}-key.pem`)]
  const args = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", key, "-out", certificate]
  execFileSync("openssl", [...args, ...subject], { stdio: "ignore" })
  chmodSync(key, 0o644)
  return { certificate, key }
}
