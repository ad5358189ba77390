import { describe, expect, it } from 'vitest'

import { backendLife } from './backend-life.ts'

/** A life whose end is at hand. */
function mortal() {
  let lose = (): void => undefined
  const lost = new Promise<GPUDeviceLostInfo>((resolve) => {
    lose = () => {
      resolve({} as GPUDeviceLostInfo)
    }
  })
  return { life: backendLife({ device: { lost } as GPUDevice }), lose: () => lose() }
}

describe('work during the life of a GPU', () => {
  it('ends as it does while the GPU lives', async () => {
    const { life } = mortal()
    await expect(life.during(Promise.resolve(7))).resolves.toBe(7)
    await expect(life.during(Promise.reject(new Error('mine')))).rejects.toThrow('mine')
  })

  it('ends with the GPU, at once and later, however long it takes', async () => {
    const { life, lose } = mortal()
    const never = new Promise<never>(() => undefined)
    const waiting = [life.during(never), life.during(never)]
    lose()
    for (const work of [...waiting, life.during(never), life.during(Promise.reject(new Error('late')))])
      await expect(work).rejects.toMatchObject({ code: 'ENGINE_FAILED' })
    expect(life.end()).toMatchObject({ code: 'ENGINE_FAILED' })
  })
})
