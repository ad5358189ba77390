import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import Libsql from 'libsql'
import { expect, test } from 'vitest'

import { startedServer, temporaryFolder } from '../../test/fixture.ts'

test('a healthy server lives and is ready', async () => {
  const app = await startedServer()
  for (const url of ['/healthz', '/readyz']) {
    const answer = await app.inject(url)
    expect(answer.statusCode).toBe(200)
    expect(answer.json()).toEqual({ status: 'ok' })
    expect(answer.headers['cache-control']).toBe('no-store')
  }
})

test('a server whose folder cannot be written lives, but is not ready', async () => {
  const dataFolder = await temporaryFolder()
  const app = await startedServer({ dataFolder })
  await rm(join(dataFolder, 'incoming'), { recursive: true })
  await writeFile(join(dataFolder, 'incoming'), 'a file in its place')
  const answer = await app.inject('/readyz')
  expect(answer.statusCode).toBe(503)
  expect(answer.json().error).toMatchObject({
    code: 'SERVER_FAILED',
    details: { database: true, files: false },
  })
  expect((await app.inject('/healthz')).statusCode).toBe(200)
})

test('a server without its tables is not ready', async () => {
  const dataFolder = await temporaryFolder()
  const app = await startedServer({ dataFolder })
  const saboteur = new Libsql(join(dataFolder, 'homing.sqlite'))
  saboteur.exec('drop table versions')
  saboteur.close()
  expect((await app.inject('/readyz')).json().error.details).toEqual({ database: false, files: true })
})
