/** A command to run. Nothing of the environment is left from the command before it. */
export interface Asked {
  readonly cwd: string
  readonly args: ReadonlyArray<string>
  readonly env: Readonly<Record<string, string>>
}

/** Ends what a command has written, on either stream. */
export const end = "\u0000"
