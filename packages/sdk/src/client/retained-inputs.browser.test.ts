import { expect, test } from 'vitest'

import { retainInputs } from './retained-inputs.ts'
import { sentInputs } from './sent-inputs.ts'

test('a tensor is copied before the first await, so that the caller may change it', async () => {
  const data = new Float32Array([1, 2])
  const retaining = retainInputs({ x: { dtype: 'float32', shape: [2], data } }, false)
  data[0] = 9
  const { inputs, transfer } = await retaining
  expect(inputs['x']).toMatchObject({ data: new Float32Array([1, 2]) })
  expect(transfer).toEqual([])
})

test('with move, the buffer itself goes', async () => {
  const data = new Float32Array([1, 2])
  const { inputs, transfer } = await retainInputs({ x: { dtype: 'float32', shape: [2], data } }, true)
  expect((inputs['x'] as { data: Float32Array }).data).toBe(data)
  expect(transfer).toEqual([data.buffer])
})

test('a canvas is read at the call, not later', async () => {
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = 2
  const pen = canvas.getContext('2d')!
  pen.fillStyle = 'rgb(255, 0, 0)'
  pen.fillRect(0, 0, 2, 2)
  const retaining = retainInputs({ image: canvas }, false)
  pen.fillStyle = 'rgb(0, 0, 255)'
  pen.fillRect(0, 0, 2, 2)
  const bitmap = (await retaining).inputs['image'] as ImageBitmap
  const copy = new OffscreenCanvas(2, 2).getContext('2d')!
  copy.drawImage(bitmap, 0, 0)
  expect([...copy.getImageData(0, 0, 1, 1).data]).toEqual([255, 0, 0, 255])
})

test('rows of a table and batches pass', async () => {
  const rows = [{ alcohol: 9.5 }, { alcohol: 10 }]
  const { inputs } = await retainInputs({ row: rows[0]!, rows }, false)
  expect(inputs).toEqual({ row: { alcohol: 9.5 }, rows })
})

test('what is no input is refused', async () => {
  await expect(retainInputs({ x: 5 as never }, false)).rejects.toMatchObject({ code: 'INPUT_DTYPE' })
  await expect(retainInputs(undefined as never, false)).rejects.toMatchObject({ code: 'INPUT_NAME' })
  const empty = document.createElement('canvas')
  empty.width = 0
  await expect(retainInputs({ image: empty }, false)).rejects.toMatchObject({ code: 'INPUT_VALUE' })
})

test('what cannot be copied is refused with a typed error', async () => {
  const proxy = new Proxy({ alcohol: 9.5 }, {}) // as a reactive object of a framework
  const data = new Float32Array([1])
  structuredClone(data, { transfer: [data.buffer] })
  const gone = { dtype: 'float32', shape: [1], data } as const
  const shapeless = { dtype: 'float32', shape: 1, data: new Float32Array(1) }
  for (const value of [proxy, gone, shapeless])
    await expect(retainInputs({ x: value as never }, false)).rejects.toMatchObject({ code: 'INPUT_VALUE' })
  await expect(retainInputs({ x: gone }, true)).rejects.toMatchObject({ code: 'INPUT_VALUE' })
  const bitmap = await createImageBitmap(new ImageData(1, 1))
  bitmap.close()
  for (const move of [false, true])
    await expect(retainInputs({ x: bitmap }, move)).rejects.toMatchObject({ code: 'INPUT_VALUE' })
})

test('a buffer that two inputs share moves once', async () => {
  const data = new Float32Array([1, 2])
  const tensor = { dtype: 'float32', shape: [1], data: data.subarray(1) } as const
  const { transfer } = await retainInputs({ x: tensor, y: { ...tensor, data: data.subarray(0, 1) } }, true)
  expect(transfer).toEqual([data.buffer])
})

test('bitmaps made for a call that is refused are freed', async () => {
  const original = globalThis.createImageBitmap
  const made: ImageBitmap[] = []
  const watched = async (image: ImageBitmapSource): Promise<ImageBitmap> => {
    const bitmap = await original(image)
    made.push(bitmap)
    return bitmap
  }
  globalThis.createImageBitmap = watched
  try {
    const canvas = new OffscreenCanvas(2, 2)
    canvas.getContext('2d')
    const refused = retainInputs({ images: [canvas, canvas], wrong: 5 as never }, false)
    await expect(refused).rejects.toMatchObject({ code: 'INPUT_DTYPE' })
    await expect.poll(() => made.map(({ width }) => width)).toEqual([0, 0])
  } finally {
    globalThis.createImageBitmap = original
  }
})

test('pictures go to the worker in copies that move, as often as they are sent', async () => {
  const canvas = new OffscreenCanvas(2, 2)
  const pen = canvas.getContext('2d')!
  pen.fillStyle = 'rgb(255, 0, 0)'
  pen.fillRect(0, 0, 2, 2)
  const frame = new VideoFrame(canvas, { timestamp: 0 })
  const data = new Float32Array([1])
  const x = { dtype: 'float32', shape: [1], data } as const
  const retained = await retainInputs({ images: [canvas, frame], x }, false)
  expect(retained.pictures).toBe(true)
  for (let sending = 0; sending < 2; sending++) {
    const { inputs, transfer } = await sentInputs(retained)
    expect(transfer).toHaveLength(2)
    const { images } = structuredClone(inputs, { transfer: [...transfer] }) as unknown as {
      images: [ImageBitmap, VideoFrame]
    }
    for (const image of images) {
      const copy = new OffscreenCanvas(2, 2).getContext('2d')!
      copy.drawImage(image, 0, 0)
      expect([...copy.getImageData(1, 1, 1, 1).data]).toEqual([255, 0, 0, 255])
      image.close()
    }
    expect(inputs['x']).toMatchObject({ data })
  }
  retained.release()
  frame.close()
})

test('tensors and files are no pictures', async () => {
  const file = new Blob(['x'], { type: 'image/png' })
  const retained = await retainInputs(
    { file, x: { dtype: 'float32', shape: [1], data: new Float32Array(1) } },
    false,
  )
  expect(retained.inputs['file']).toBe(file)
  expect(retained).not.toHaveProperty('pictures')
})
