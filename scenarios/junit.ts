/** A run's results as JUnit XML, for the tools that read it. */
import builder from 'junit-report-builder'
import type { RunResult } from './scenario.ts'

export const junit = (results: RunResult[]): string => {
  // The package is CommonJS: its types put the builder under `default`, Node hands it out directly.
  const report = ('default' in builder ? builder.default : builder).newBuilder()
  for (const result of results) {
    const suite = report
      .testSuite()
      .name(result.scenario)
      .time(result.tookMs / 1000)
    for (const one of result.cases) {
      const test = suite
        .testCase()
        .className(result.scenario)
        .name(one.title.en)
        .time(one.tookMs / 1000)
      const broken = one.steps.flatMap((step) => [
        ...(step.failure === undefined ? [] : [`${step.text.en}: ${step.failure}`]),
        ...step.expectations
          .filter(({ held }) => !held)
          .map(
            ({ text, expected, actual }) =>
              `${text.en}: expected ${JSON.stringify(expected)}, was ${JSON.stringify(actual)}`,
          ),
      ])
      if (broken.length > 0) test.failure(broken.join('\n'))
    }
  }
  return report.build()
}
