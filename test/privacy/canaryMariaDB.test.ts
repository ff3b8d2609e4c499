import { isAvailable } from "../servers/TestServers.ts"
import { administratorOf, proveOn } from "./canaryProof.ts"

proveOn("MariaDB", isAvailable("MariaDB"), () => administratorOf("MariaDB"))
