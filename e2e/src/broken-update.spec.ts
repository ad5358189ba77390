import { addresses, olderManifest } from './fixtures/addresses.ts'
import { publishModels } from './fixtures/publish-models.ts'
import type { Fault } from './fixtures/faulty-proxy.ts'
import { expect, test } from './fixtures/test.ts'

test.use({ published: 'first' })

const { rollout, manifest, blobs } = addresses

const cases: readonly (readonly [name: string, addresses: RegExp, fault: Fault, code: RegExp])[] = [
  [
    'an HTML page in place of the rollout',
    rollout,
    { kind: 'html' },
    /RESPONSE_UNEXPECTED|METADATA_MISMATCH/,
  ],
  ['a server that fails', rollout, { kind: 'status', status: 500 }, /HTTP_STATUS/],
  ['a truncated manifest', manifest, { kind: 'truncate' }, /METADATA_MISMATCH/],
  ['a manifest of the version before', manifest, { kind: 'swap', path: olderManifest }, /METADATA_MISMATCH/],
  ['an altered shard', blobs, { kind: 'alter' }, /INTEGRITY_FAILED/],
]

for (const [name, addresses, fault, code] of cases) {
  test(`an update through ${name}: the version before goes on`, async ({
    faultyDemo: demo,
    faulty,
    server,
  }) => {
    await demo.open()
    await demo.serving('digits', '1.0.0')
    faulty.break(addresses, fault)
    await publishModels(server.origin, '1.1.0')
    const card = demo.card('digits')
    await card.getByTestId('check').click()
    await expect(card.getByTestId('update-note')).toHaveText(code, { timeout: 60_000 })
    await demo.serving('digits', '1.0.0')
    await demo.write('6')

    faulty.mend()
    await card.getByTestId('check').click()
    await demo.serving('digits', '1.1.0')
    await expect(card.getByTestId('update-note')).toHaveText('')
  })
}
