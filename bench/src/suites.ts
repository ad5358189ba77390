import type { Suite } from './harness/row.ts'

/** Every suite by name. Each is loaded only when it runs. */
export const suites: Readonly<Record<string, () => Promise<Suite>>> = {
  main: async () => (await import('./suites/main.ts')).main,
  training: async () => (await import('./suites/training.ts')).training,
  runtime: async () => (await import('./suites/runtime.ts')).runtime,
  monitors: async () => (await import('./suites/monitors.ts')).monitors,
  telemetry: async () => (await import('./suites/telemetry.ts')).telemetry,
  delivery: async () => (await import('./suites/delivery.ts')).delivery,
}
