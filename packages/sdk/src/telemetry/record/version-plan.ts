import { readTelemetrySection, type TelemetrySection } from '@homing/protocol'

import { measuredOutputs } from '../../measure/measured-outputs.ts'
import type { MeasuredManifest } from '../recorder.ts'

/** What a recorder knows of a version. */
export interface VersionPlan {
  readonly section: TelemetrySection
  /** Name of the output that feedback is about. */
  readonly output: string
  readonly kind: 'classes' | 'value' | 'ranking' | 'embedding'
  /** Of the classes; only these are ever told. */
  readonly labels: readonly string[]
}

/** What feedback is called about where a version declares no output. */
const unnamedOutput = 'output'

/** How a version is measured; by the defaults where its section is malformed. */
export function versionPlan(manifest: MeasuredManifest): VersionPlan {
  const [section, own] = sectionOf(manifest)
  const [first] = measuredOutputs(own)
  return {
    section,
    output: first?.name ?? unnamedOutput,
    kind: first?.measured.kind ?? 'value',
    labels: first?.labels ?? [],
  }
}

function sectionOf(manifest: MeasuredManifest): [TelemetrySection, MeasuredManifest] {
  try {
    return [readTelemetrySection(manifest), manifest]
  } catch {
    const { telemetry: _malformed, ...rest } = manifest
    return [{}, rest]
  }
}
