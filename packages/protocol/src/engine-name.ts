/** Engines that come with the SDK: onnxruntime-web and TensorFlow.js. */
export const engines = ['onnx', 'tfjs'] as const

/** An engine that comes with the SDK. */
export type OwnEngine = (typeof engines)[number]

/** The name of an engine: one of the SDK's, or one that an app brings. */
export type Engine = OwnEngine | (string & Record<never, never>)

/** What the name of an engine looks like: lower-case letters, digits and hyphens. */
export const engineName = /^[a-z][a-z0-9-]{0,31}$/

/** Whether an engine comes with the SDK. */
export function isOwnEngine(engine: Engine): engine is OwnEngine {
  return (engines as readonly string[]).includes(engine)
}

/** Whether `name` can be the name of an engine. */
export function isEngineName(name: string): boolean {
  return engineName.test(name)
}
