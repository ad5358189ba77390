import { expect, test } from 'vitest'

import { telemetryOptions } from './telemetry-options.ts'

test('without a key nothing is measured', () => {
  expect(telemetryOptions('https://a.example/', undefined)).toEqual({})
  expect(telemetryOptions('https://a.example/', '')).toEqual({})
})

test('the key of the address goes before the one of the build', () => {
  expect(telemetryOptions('https://a.example/x/?app-key=other', 'own')).toMatchObject({
    telemetry: { key: 'other', url: new URL('https://a.example/v1/telemetry') },
  })
  expect(telemetryOptions('https://a.example/', 'own')).toMatchObject({ telemetry: { key: 'own' } })
})
