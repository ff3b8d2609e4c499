import * as Definitions from "@sluice/core/definitions/Definitions"
import { revenue } from "./revenue.ts"
import { sales } from "./sales.ts"

export default Definitions.make({ name: "my-pipeline", assets: [sales, revenue] })
