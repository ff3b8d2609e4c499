/** What a reading thread of the pipeline runs. */
import * as Endpoints from "@sluice/assets/endpoints"
import * as ReadingWorker from "@sluice/rest-source/threads/ReadingWorker"
import * as Proxies from "../wiring/Proxies.ts"
import * as SourceClient from "../wiring/SourceClient.ts"

ReadingWorker.run({
  lists: [ReadingWorker.readable(Endpoints.users), ReadingWorker.readable(Endpoints.messages)],
  client: (workerData) => SourceClient.layer(Proxies.decode(workerData))
})
