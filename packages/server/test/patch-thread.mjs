// Runs the thread that makes patches from its source: Node gives a thread no loader of the process.
import { register } from 'node:module'

import { register as compile } from 'tsx/esm/api'

const hook = `export const resolve = (name, context, next) =>
  next(name, { ...context, conditions: [...context.conditions, '@homing/source'] })`
register(`data:text/javascript,${encodeURIComponent(hook)}`)
compile()
await import('../src/patches/patch-worker.ts')
