import { encoderSizes } from '../models/encoder.ts'
import { mobilenetSizes } from '../models/mobilenet.ts'
import { numbers } from '../numbers.ts'
import type { Numbers } from '../run-model.ts'

/** A batch of examples with their classes. */
export interface Task {
  readonly x: Numbers
  readonly targets: Numbers
}

/** Noisy images that are lighter on the left (class 0) or on the right (class 1). */
export function sidesOfLight(batch: number): Task {
  const { side } = mobilenetSizes
  const { shape, data } = numbers([batch, 3, side, side], 21)
  const classOf = (example: number): number => example % 2
  const lit = Float32Array.from(data, (value, place) => {
    const example = Math.floor(place / (3 * side * side))
    const isRight = place % side >= side / 2
    return 0.3 * value + (isRight === (classOf(example) === 1) ? 1 : -1)
  })
  return { x: { shape, data: lit }, targets: classes(batch, classOf) }
}

/** Sentences of words at random, whose class is their first word modulo the number of classes. */
export function firstWords(batch: number): Task {
  const { tokens, words } = encoderSizes
  const word = (place: number): number => (place * 7 + Math.floor(place / tokens) * 3) % words
  const data = Int32Array.from({ length: batch * tokens }, (_, place) => word(place))
  const { classes: count } = encoderSizes
  return {
    x: { shape: [batch, tokens], data },
    targets: classes(batch, (example) => word(example * tokens) % count),
  }
}

function classes(batch: number, classOf: (example: number) => number): Numbers {
  return { shape: [batch], data: Int32Array.from({ length: batch }, (_, example) => classOf(example)) }
}
