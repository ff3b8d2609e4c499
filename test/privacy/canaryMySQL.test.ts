import { isAvailable } from "../servers/TestServers.ts"
import { administratorOf, proveOn } from "./canaryProof.ts"

proveOn("MySQL", isAvailable("MySQL"), () => administratorOf("MySQL"))
