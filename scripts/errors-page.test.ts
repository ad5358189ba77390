import { readFileSync } from 'node:fs'

import { expect, it } from 'vitest'

import { errorsPage, errorsPageUrl } from './errors-page.ts'

it('docs/errors.md shows the error table: run `pnpm docs:errors` after a change', () => {
  expect(readFileSync(errorsPageUrl, 'utf8')).toBe(errorsPage())
})
