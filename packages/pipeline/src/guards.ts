export { compileGuards, type CompiledGuards, type GuardedPackage } from './guards/compile-guards.ts'
export { fitTemperature } from './guards/fit-temperature.ts'
export type { GuardHit } from './guards/guard-hit.ts'
