import type { LoadedFacts } from '../../../runtime/runtime-api.ts'
import type { ProbeStatus } from '../../status-api.ts'
import type { Proven } from './proofs.ts'

/** How the backend that serves is proven: now, `at` in milliseconds since the epoch, or as the device remembers; undefined of a version without probes. */
export function proofOf(
  { backend, probe }: LoadedFacts,
  known: readonly Proven[],
  at: number,
): ProbeStatus | undefined {
  if (probe) return { ...probe, at, remembered: false }
  const proof = known.find((proven) => proven.backend === backend)
  return proof && { cases: proof.cases, deviation: proof.deviation, at: proof.at, remembered: true }
}
