import { HomingError } from '@homing/protocol'
import { transferHandlers } from 'comlink'
import { expect, test } from 'vitest'

import { installTransferHandlers } from './transfer-handlers.ts'

// As the app's own worker sends and reads errors, which has a comlink of its own without our handlers.
const plain = transferHandlers.get('throw')!
installTransferHandlers()
const ours = transferHandlers.get('throw')!

const caught = (read: () => unknown): unknown => {
  try {
    return read()
  } catch (error) {
    return error
  }
}

test("errors of the app's own workers arrive as comlink sends them", () => {
  const [wire] = plain.serialize({ value: new RangeError('far') })
  expect(caught(() => ours.deserialize(wire))).toMatchObject({ name: 'RangeError', message: 'far' })
})

test('errors sent to a comlink without our handlers can be read there, also ours', () => {
  for (const value of [new RangeError('far'), new HomingError('CLOSED', 'far')]) {
    const [wire] = ours.serialize({ value })
    expect(caught(() => plain.deserialize(wire))).toMatchObject({ name: value.name, message: 'far' })
  }
})
