import { maxLabelLength } from '@homing/protocol'
import { addCategory, categoriesToWire, emptyCategories } from '@homing/stats'

import { namedCategories } from './config.ts'
import type { Disguise } from './disguise.ts'
import type { OutputMeter } from './output-meter.ts'

/** Measures which item a model puts first: by the name that was declared for it, or by its place. */
export function rankingMeter(output: string, items: readonly string[], disguise?: Disguise): OutputMeter {
  const respond = disguise && items.length > 1 ? disguise(items.length) : undefined
  let count = 0
  let first = emptyCategories(namedCategories)
  return {
    add({ outputs }) {
      const tensor = Object.hasOwn(outputs, output) ? outputs[output] : undefined
      const size = tensor?.shape.at(-1) ?? 0
      if (!tensor || size < 1 || Array.isArray(tensor.data) || tensor.dtype === 'float16') return
      const data = tensor.data as ArrayLike<number | bigint>
      for (let start = 0; start + size <= data.length; start += size) {
        const best = bestOf(data, start, size)
        if (disguise && !respond) continue // it cannot be hidden among unknown items
        count += 1
        const place = respond && best < items.length ? respond(best) : best
        addCategory(first, (items[place] ?? `#${place}`).slice(0, maxLabelLength))
      }
    },
    take() {
      if (count === 0) return undefined
      const taken = { kind: 'ranking' as const, count, first: categoriesToWire(first) }
      count = 0
      first = emptyCategories(namedCategories)
      return taken
    },
  }
}

function bestOf(data: ArrayLike<number | bigint>, start: number, size: number): number {
  let best = 0
  for (let at = 1; at < size; at++) if (data[start + at]! > data[start + best]!) best = at
  return best
}
