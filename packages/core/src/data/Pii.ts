export { Pii } from "@sluice/pii"
