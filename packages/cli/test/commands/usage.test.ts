import { existsSync, mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { emptyDirectory, sluice } from "../support.ts"

const cwd = emptyDirectory()

/** Usage errors say what is wrong and what was meant, on standard error only. */
const refused = (stderr: string) => ({ code: 2, stdout: "", stderr })

const nothingYet = "✗ There is nothing in the embedded store in .sluice yet. `pnpm assets materialize --all` fills it.\n"

describe("what cannot be done is refused with exit code 2, in one message on standard error", () => {
  it.each([
    [["users_raw"], '✗ "users_raw" is an asset, not a command. Did you mean `pnpm assets materialize users_raw`?\n'],
    [["user_raw"], '✗ There is no command "user_raw". Did you mean `pnpm assets materialize users_raw`?\n'],
    [["materialise", "--all"], '✗ There is no command "materialise". Did you mean `pnpm assets materialize`?\n'],
    [["--log-level", "warn"], "✗ Name a command. `pnpm assets --help` shows every command.\n"],
    [["xyzzy"], '✗ There is no command "xyzzy". `pnpm assets --help` shows every command.\n'],
    [
      ["runs"],
      "✗ Choose a command: `pnpm assets runs list` or `pnpm assets runs show` or `pnpm assets runs logs` or `pnpm assets runs prune`.\n"
    ],
    [["runs", "sho"], '✗ There is no command "runs sho". Did you mean `pnpm assets runs show`?\n'],
    [
      ["materialize", "--al"],
      '✗ "--al" is not an option of materialize. Did you mean --all, --allow-empty or --allow-fewer-rows?\n'
    ],
    [["materialize", "--all", "--allow-empty-data"], "✗ --allow-empty-data is called --allow-fewer-rows now.\n"],
    [["list", "--foo"], '✗ "--foo" is not an option of list. `pnpm assets list --help` shows its options.\n'],
    [
      ["materialize", "user_raw", "messages_rwa"],
      '✗ There is no asset "user_raw". Did you mean users_raw?\n  There is no asset "messages_rwa". Did you mean messages_raw?\n  `pnpm assets list` shows every asset.\n'
    ],
    [["materialize"], "✗ Nothing is selected. Name assets, or give --all. `pnpm assets list` shows every asset.\n"],
    [["plan", "users_raw", "--all"], "✗ Name assets or give --all, not both: --all means users_raw too.\n"],
    [
      ["materialize", "--all", "--concurrency", "0"],
      "✗ --concurrency must be a whole number from 1 to 1000.\n  `pnpm assets materialize --help` shows how.\n"
    ],
    [
      ["materialize", "users_raw", "--concurrency"],
      "✗ --concurrency needs a value: --concurrency N. `pnpm assets materialize --help` shows its options.\n"
    ],
    [
      ["graph", "--format", "png"],
      "✗ --format must be one of tree, mermaid, dot, json.\n  `pnpm assets graph --help` shows how.\n"
    ],
    [
      ["materialize", "--all", "--timeout", "soon"],
      "✗ --timeout must be a length of time such as 90s, 5m, 1h30m or 30d.\n  `pnpm assets materialize --help` shows how.\n"
    ],
    [
      ["materialize", "--all", "--tag", "growth"],
      "✗ --tag must be key=value, such as team=growth.\n  `pnpm assets materialize --help` shows how.\n"
    ],
    [
      ["list", "group:raw and"],
      "✗ group:raw and\n               ^ an asset, a wildcard or key:value is expected\n  `pnpm assets list` shows every asset.\n"
    ],
    [
      ["check", "--select", "state:stael"],
      "✗ There is no state:stael. It is one of never, missing, stale, failed, changed, orphaned. Did you mean stale?\n  `pnpm assets list` shows every asset.\n"
    ],
    [
      ["asset", "user_raw"],
      '✗ There is no asset "user_raw". Did you mean users_raw? `pnpm assets list` shows every asset.\n'
    ],
    [["check"], nothingYet],
    [["query", "select 1"], nothingYet],
    [["retry"], nothingYet],
    [["erase"], "✗ Give the user's id, or - to have it read from standard input.\n"],
    [
      ["erase", "a", "b"],
      "✗ Give one USER_ID and no more. Quote one that has blanks in it.\n  `pnpm assets erase --help` shows how.\n"
    ],
    [["erase", "-"], "✗ Standard input has no id: its first line is empty.\n"],
    [["query"], "✗ query needs the argument SQL.\n  `pnpm assets query --help` shows how.\n"],
    [
      ["list", "--log-level", "loud"],
      "✗ --log-level must be one of all, trace, debug, info, warn, error, fatal, off.\n  `pnpm assets list --help` shows how.\n"
    ]
  ])("%j", async (args, stderr) => {
    expect(await sluice(cwd, args)).toEqual(refused(stderr))
  })
})

describe("a configuration that is wrong is refused before anything happens, every key of it at once, no value repeated", () => {
  it("malformed URLs", async () => {
    const env = { SPARK_API_URL: "canary-1", DATABASE_URL: "mysql://user:canary-2@", SLUICE_PAGE_SIZE: "canary-3" }
    const { code, stdout, stderr } = await sluice(cwd, ["materialize", "--all"], env)
    expect({ code, stdout, keys: stderr.match(/[A-Z]+_[A-Z_]+(?= )/g), leaked: /canary/.test(stderr) }).toEqual({
      code: 2,
      stdout: "",
      keys: ["SPARK_API_URL", "SLUICE_PAGE_SIZE", "DATABASE_URL"],
      leaked: false
    })
  })

  it("--env-file takes the place of .env, in commands to type next too", async () => {
    const own = emptyDirectory()
    writeFileSync(join(own, ".env"), "nonsense")
    writeFileSync(join(own, "prod.env"), "DATABASE_URL=sqlite:prod\n")
    const empty = await sluice(own, ["query", "select 1", "--env-file", "prod.env"])
    expect(empty.stderr).toBe(
      "✗ There is nothing in the embedded store in prod yet. `pnpm assets --env-file prod.env materialize --all` fills it.\n"
    )
    const made = await sluice(own, ["materialize", "messages_raw", "--env-file", "prod.env"])
    expect([made.code, existsSync(join(own, "prod")), made.stderr.trimEnd().split("\n").at(-1)]).toEqual([
      0,
      true,
      'Next: pnpm assets --env-file prod.env query "select * from messages_raw" --as analyst'
    ])
  })

  // Regression: `validate` was content with a store that no command could use.
  it("an embedded store whose directory is a file, or below one", async () => {
    const own = emptyDirectory()
    writeFileSync(join(own, "file"), "")
    const answers = await Promise.all(
      ["sqlite:file", "sqlite:file/store"].map((DATABASE_URL) => sluice(own, ["validate"], { DATABASE_URL }))
    )
    const remedy = "Make it a directory that this user may write, or name another one with DATABASE_URL=sqlite:DIRECTORY."
    expect(answers).toEqual([
      refused(`✗ Could not open the embedded store in file: there is a file of that name (EEXIST). ${remedy}\n`),
      refused(
        `✗ Could not open the embedded store in file/store: a part of that path is not a directory (ENOTDIR). ${remedy}\n`
      )
    ])
  })

  // Regression: a .env that could not be read, and keys misspelt in it, were passed over, and the sample data was loaded.
  it("a .env that is no file, or has lines that say nothing, whatever they hold", async () => {
    const [directory, garbage] = [emptyDirectory(), emptyDirectory()]
    mkdirSync(join(directory, ".env"))
    writeFileSync(join(garbage, ".env"), "SPARK_API_URL=http://127.0.0.1:1\ncanary\n")
    expect(await Promise.all([directory, garbage].map((own) => sluice(own, ["materialize", "--all"])))).toEqual([
      refused("✗ .env is there but cannot be read as a file. Make it a file of KEY=VALUE lines, or move it away.\n"),
      refused("✗ Line 2 of .env is neither KEY=VALUE, nor a comment that begins with #, nor blank.\n")
    ])
  })

  it("settings misspelt in .env or in the environment, together with what else is wrong", async () => {
    const own = emptyDirectory()
    writeFileSync(join(own, ".env"), "SPARK_API_ULR=canary\nSLUICE_PAGE_SIZE=canary\n")
    const inFile = await sluice(own, ["materialize", "--all"])
    const inEnvironment = await sluice(cwd, ["materialize", "--all"], { SPARK_API_ULR: "canary" })
    expect([inFile, inEnvironment]).toEqual([
      refused(
        "✗ SPARK_API_ULR in .env is not a setting; did you mean SPARK_API_URL?\n  SLUICE_PAGE_SIZE is not a whole number from 1 to 100000.\n"
      ),
      refused("✗ SPARK_API_ULR in the environment is not a setting; did you mean SPARK_API_URL?\n")
    ])
  })

  it("a database that nobody serves, without its password, with a trace only where debugging is asked for", async () => {
    const env = { DATABASE_URL: "mysql://user:canary@127.0.0.1:1/dwh" }
    const plain = await sluice(cwd, ["plan", "--all"], env)
    const debugging = await sluice(cwd, ["plan", "--all", "--log-level", "debug"], env)
    expect([plain, debugging].map(({ code, stderr }) => [code, /canary/.test(stderr), /\n\s+at /.test(stderr)])).toEqual([
      [2, false, false],
      [2, false, true]
    ])
  })

  it("provisioning a server without its administrator", async () => {
    const { code, stderr } = await sluice(cwd, ["provision"], { DATABASE_URL: "mysql://user:secret@127.0.0.1:1/dwh" })
    expect([code, stderr.split(" ").slice(0, 3).join(" ")]).toEqual([2, "✗ Set DATABASE_ADMIN_URL"])
  })
})

describe("help", () => {
  it("is shown where nothing is typed, every command in a line", async () => {
    const { code, stdout, stderr } = await sluice(cwd, [])
    expect([code, stderr]).toEqual([0, ""])
    expect(stdout).toMatchInlineSnapshot(`
      "Sluice: users and messages from an API to tables that analysts can query, without personal data.

      Usage  pnpm assets COMMAND

      Examples
        pnpm assets materialize --all                                    a whole run
        pnpm assets query "select * from messages_per_day" --as analyst  a look at the result

      Commands
        materialize       Materializes assets and their upstreams, in order, and records the run
        backfill          Makes many partitions of assets that are cut, as one run that can be canceled and resumed
        retry             Runs the failed, skipped and canceled steps of a run again
        plan              Shows the steps of a run, why each is in it, and its expected time; changes nothing
        list              Lists assets by group, and whether each is up to date
        asset             Shows one asset: definition, columns, lineage, status, materializations and checks
        partitions list   Shows which partitions of an asset are made, missing, failed, stale and why, or orphaned
        partitions prune  Removes the orphaned partitions of an asset, which its set no longer has, with their rows
        partitions reset  Forgets which partitions of an asset are made, after a change of its granularity or zone
        partitions adopt  Takes the rows of a table that was made whole as its partitions, so that none has to be made again
        backfills list    Lists the recorded backfills, newest first
        backfills show    Shows one backfill: the partitions of each asset that are made, failed, skipped and left
        backfills cancel  Cancels a running backfill, also of another process; the partitions that are made stay
        backfills resume  Makes the partitions of a backfill that are not made yet
        graph             Draws which asset depends on which
        check             Runs the checks of published tables and views; materializes nothing
        query             Runs one SQL query in the warehouse and shows its rows
        runs list         Lists the recorded runs, newest first
        runs show         Shows one run: every step with its time, rows, retries, checks and errors
        runs logs         Prints the events of a run, one line each, with the time of day
        runs prune        Deletes old runs from the history; keeps the last materialization of each asset
        erase             Erases a user from the store, keeps later runs from loading them again, and prints a receipt
        privacy report    Tells who may see what, how well people hide among each other, and what remains possible; counts only
        validate          Checks the definitions and the configuration; connects to nothing
        provision         Creates what is missing: the database, its accounts, tables, views and grants
        privacy canary    Feeds the pipeline personal data that is unique, breaks it in every way, and searches everything for it
        sample-api        Serves an API with invented users and messages until it is interrupted

      Options
        --help               this help; -h is the same
        --module FILE        run the pipeline that this module exports
        --env-file FILE      the file of settings; default .env in the current directory
        --log-level LEVEL    debug logs more, and shows where an error came from
        --completions SHELL  a completion script to source: bash, fish, sh or zsh
        --version            the version of the program

      \`pnpm assets COMMAND --help\` explains one command.
      "
    `)
  })

  it("of a command has its usage, options and examples", async () => {
    const { code, stdout, stderr } = await sluice(cwd, ["runs", "list", "--help"])
    expect([code, stderr]).toEqual([0, ""])
    expect(stdout).toMatchInlineSnapshot(`
      "Lists the recorded runs, newest first.

      Usage  pnpm assets runs list [--limit N] [--json]

      Options
        --limit N  how many runs to list; default 20
        --json     as one JSON object

      Examples
        pnpm assets runs list  the last 20
      "
    `)
  })

  it("of a word that begins some commands has these", async () => {
    const { code, stdout } = await sluice(cwd, ["runs", "--help"])
    expect([code, stdout.split("\n").slice(0, 4)]).toEqual([
      0,
      ["Usage  pnpm assets runs COMMAND", "", "Commands", "  runs list   Lists the recorded runs, newest first"]
    ])
  })

  it("comes as completions for a shell, too", async () => {
    const { code, stdout } = await sluice(cwd, ["--completions", "bash"])
    expect([code, stdout.includes("materialize")]).toEqual([0, true])
  })
})
