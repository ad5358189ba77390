import { addresses, olderManifest } from './fixtures/addresses.ts'
import type { Fault } from './fixtures/faulty-proxy.ts'
import { expect, test } from './fixtures/test.ts'

/** A first visit: nothing is on the device yet. */
interface Case {
  readonly name: string
  readonly addresses: RegExp
  readonly fault: Fault
  readonly code: RegExp
}

const { timestamp, snapshot, rollout, manifest, blobs } = addresses

const cases: readonly Case[] = [
  {
    name: 'metadata that one bit of was changed',
    addresses: snapshot,
    fault: { kind: 'alter' },
    code: /^METADATA_(INVALID|UNSIGNED|MISMATCH)$/,
  },
  {
    name: 'a timestamp that is a manifest',
    addresses: timestamp,
    fault: { kind: 'swap', path: olderManifest },
    code: /^METADATA_INVALID$/,
  },
  {
    name: 'a missing rollout',
    addresses: rollout,
    fault: { kind: 'status', status: 404 },
    code: /^HTTP_STATUS$/,
  },
  { name: 'status 500', addresses: rollout, fault: { kind: 'status', status: 500 }, code: /^HTTP_STATUS$/ },
  {
    name: 'an HTML page in place of the rollout',
    addresses: rollout,
    fault: { kind: 'html' },
    code: /^(RESPONSE_UNEXPECTED|METADATA_MISMATCH)$/,
  },
  {
    name: 'another document in place of the rollout',
    addresses: rollout,
    fault: { kind: 'swap', path: olderManifest },
    code: /^METADATA_MISMATCH$/,
  },
  {
    name: 'a truncated rollout',
    addresses: rollout,
    fault: { kind: 'truncate' },
    code: /^METADATA_MISMATCH$/,
  },
  { name: 'connections that break', addresses: rollout, fault: { kind: 'cut' }, code: /^NETWORK_FAILED$/ },
  {
    name: 'a truncated manifest',
    addresses: manifest,
    fault: { kind: 'truncate' },
    code: /^METADATA_MISMATCH$/,
  },
  { name: 'an altered manifest', addresses: manifest, fault: { kind: 'alter' }, code: /^METADATA_MISMATCH$/ },
  {
    name: 'a manifest of another version',
    addresses: manifest,
    fault: { kind: 'swap', path: olderManifest },
    code: /^METADATA_MISMATCH$/,
  },
  {
    name: 'an HTML page in place of the manifest',
    addresses: manifest,
    fault: { kind: 'html' },
    code: /^(RESPONSE_UNEXPECTED|METADATA_MISMATCH)$/,
  },
  { name: 'a truncated shard', addresses: blobs, fault: { kind: 'truncate' }, code: /^INTEGRITY_FAILED$/ },
  { name: 'an altered shard', addresses: blobs, fault: { kind: 'alter' }, code: /^INTEGRITY_FAILED$/ },
  {
    name: 'an HTML page in place of a shard',
    addresses: blobs,
    fault: { kind: 'html' },
    code: /^(RESPONSE_UNEXPECTED|INTEGRITY_FAILED)$/,
  },
  {
    name: 'a missing shard',
    addresses: blobs,
    fault: { kind: 'status', status: 404 },
    code: /^(BLOB_UNKNOWN|HTTP_STATUS)$/,
  },
]

for (const { name, addresses, fault, code } of cases) {
  test(`first visit, ${name}: a typed error, and nothing bad is kept`, async ({ faultyDemo, faulty }) => {
    faulty.break(addresses, fault)
    await faultyDemo.visit()
    const card = faultyDemo.card('digits')
    await expect(card.getByTestId('digits-failed-code')).toHaveText(code, { timeout: 60_000 })
    await expect(card.getByTestId('digits-failed')).toContainText(/\.\s*\S/)

    faulty.mend()
    await card.getByRole('button', { name: 'Try again' }).click()
    await faultyDemo.serving('digits', '1.1.0')
    await expect(card.getByTestId('digits-failed')).toBeHidden()
    await faultyDemo.write('2')
  })
}

for (const [name, addresses, fault] of [
  ['a server that takes requests and never answers', rollout, { kind: 'hang' }],
  ['a shard that stops half way', blobs, { kind: 'stall' }],
] as const) {
  test(`first visit, ${name}: an error in time, never a hang`, async ({ faultyDemo, faulty }) => {
    test.setTimeout(150_000)
    faulty.break(addresses, fault)
    await faultyDemo.visit()
    await expect(faultyDemo.card('digits').getByTestId('digits-failed-code')).toHaveText('TIMEOUT', {
      timeout: 100_000,
    })
    faulty.mend()
    await faultyDemo.card('digits').getByRole('button', { name: 'Try again' }).click()
    await faultyDemo.serving('digits', '1.1.0')
  })
}
