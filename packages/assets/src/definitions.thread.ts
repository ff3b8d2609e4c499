/** What a reading thread of the pipeline runs. It is bundled beside `definitions.ts`. */
import * as Proxies from "@sluice/cli/wiring/Proxies"
import * as SourceClient from "@sluice/cli/wiring/SourceClient"
import * as ReadingWorker from "@sluice/rest-source/threads/ReadingWorker"
import * as Endpoints from "./endpoints.ts"

ReadingWorker.run({
  lists: [ReadingWorker.readable(Endpoints.users), ReadingWorker.readable(Endpoints.messages)],
  client: (workerData) => SourceClient.layer(Proxies.decode(workerData))
})
