import { arch, cpus, platform } from 'node:os'

import { engineVersion } from '../training/engine.ts'

/** One point of a training curve: figures by name, such as `loss`. */
export interface CurvePoint {
  readonly epoch: number
  readonly step: number
  readonly figures: Readonly<Record<string, number>>
}

/** What is written of a training run beside its artefact. */
export interface RunLog {
  readonly model: string
  readonly version: string
  readonly parent?: string
  /** When the run began, and how long training took. */
  readonly date: string
  readonly seconds: number
  /** Processor time of it: less than `seconds` on a machine that does other work. */
  readonly cpuSeconds: number
  readonly seed: number
  readonly hyperparameters: Readonly<Record<string, string | number | object>>
  readonly data: Readonly<Record<string, string | number>>
  readonly environment: Readonly<Record<string, string | number>>
  readonly parameters: number
  readonly metrics: Readonly<Record<string, number>>
  readonly curve: readonly CurvePoint[]
}

/** What the run ran on: results are repeatable bit for bit on the same machine. */
export function trainingEnvironment(): RunLog['environment'] {
  const [cpu] = cpus()
  return {
    node: process.versions.node,
    platform: `${platform()} ${arch()}`,
    cpu: cpu?.model.trim() ?? 'unknown',
    engine: `onnxruntime-web ${engineVersion}`,
    backend: 'wasm',
    threads: 1,
  }
}
