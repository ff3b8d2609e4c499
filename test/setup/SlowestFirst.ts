import { BaseSequencer, type TestSpecification } from "vitest/node"

/** Suites that take a minute or more. */
const slow = /\/test\/(privacy\/canary|pipeline\/|privacy\/erasure)|\/commands\/process\.test/

/** Runs the longest suites first. A long suite that begins last would keep one worker busy, and the other cores idle. */
export class SlowestFirst extends BaseSequencer {
  override async sort(files: Array<TestSpecification>): Promise<Array<TestSpecification>> {
    const sorted = await super.sort(files)
    const isSlow = ({ moduleId }: TestSpecification) => slow.test(moduleId)
    return [...sorted.filter(isSlow), ...sorted.filter((file) => !isSlow(file))]
  }
}
