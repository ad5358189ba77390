import type { Finding } from '@homing/stats'

/** Which kind of drift the findings add up to. */
export function verdictOf(findings: readonly Finding[]): string | undefined {
  return findings.find(({ monitor }) => monitor === 'drift kind')?.evidence['kind']?.toString()
}
