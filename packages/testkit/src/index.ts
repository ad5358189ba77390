export type { Fault } from './fault.ts'
export { type FaultyRepository, startFaultyRepository } from './faulty-repository.ts'
export { publishSamples, type SampleOptions, sampleVersion, type SampleVersion } from './sample-version.ts'
