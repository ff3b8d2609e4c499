import * as ReadThread from "@sluice/cli/wiring/ReadThread"
import * as RestSource from "@sluice/rest-source/RestSource"
import { orders, products, users } from "./assets/lists.ts"

ReadThread.run([
  ReadThread.list(RestSource.endpoint(users)),
  ReadThread.list(RestSource.endpoint(products)),
  ReadThread.list(RestSource.endpoint(orders))
])
