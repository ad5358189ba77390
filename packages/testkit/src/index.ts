export type { Fault } from './fault.ts'
export { type FaultyRepository, startFaultyRepository } from './faulty-repository.ts'
export { repositoryCommands } from './repository-commands.ts'
export { publishSamples, type SampleOptions, sampleVersion, type SampleVersion } from './sample-version.ts'
