import type { Page } from '@playwright/test'

import { expect, test } from './fixtures/test.ts'

/** Flips one bit in the middle of every file that the SDK keeps, as a failing disk would. Tells how many there were. */
async function spoilStoredFiles(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const settled = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result)
        request.onerror = () => reject(new Error(String(request.error)))
      })
    const found = (await indexedDB.databases()).find(({ name }) => name?.startsWith('homing'))
    const database = await settled(indexedDB.open(found?.name ?? ''))
    const keys = await settled(database.transaction('blobs').objectStore('blobs').getAllKeys())
    for (const key of keys) {
      const blob = await settled<Blob>(database.transaction('blobs').objectStore('blobs').get(key))
      const bytes = new Uint8Array(await blob.arrayBuffer())
      const middle = bytes.length >> 1
      bytes[middle] = (bytes[middle] ?? 0) ^ 1
      await settled(
        database
          .transaction('blobs', 'readwrite')
          .objectStore('blobs')
          .put(new Blob([bytes]), key),
      )
    }
    database.close()
    return keys.length
  })
}

test('stored bytes that rotted are noticed and fetched again', async ({ faultyDemo: demo, faulty }) => {
  await demo.open()
  await demo.serving('wine')
  expect(await spoilStoredFiles(demo.page)).toBeGreaterThan(2)
  const before = faulty.asked.length
  await demo.page.reload()
  await demo.serving('digits', '1.1.0')
  await demo.write('3')
  expect(faulty.asked.slice(before).filter((path) => path.startsWith('/repository/blobs/'))).not.toEqual([])
})

test('stored bytes that rotted are never run when they cannot be fetched', async ({
  faultyDemo: demo,
  faulty,
}) => {
  await demo.open()
  await demo.serving('wine')
  await spoilStoredFiles(demo.page)
  faulty.break(/^\/repository\//, { kind: 'cut' })
  await demo.page.reload()
  const code = demo.card('digits').getByTestId('digits-failed-code')
  await expect(code).toHaveText(/^(NETWORK_FAILED|INTEGRITY_FAILED)$/, { timeout: 60_000 })

  faulty.mend()
  await demo.card('digits').getByRole('button', { name: 'Try again' }).click()
  await demo.serving('digits', '1.1.0')
  await demo.write('3')
})
