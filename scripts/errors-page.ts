// `pnpm docs:errors` writes docs/errors.md from the protocol's error table; a test holds the two together.
import { writeFileSync } from 'node:fs'
import { argv } from 'node:process'
import { fileURLToPath } from 'node:url'

import { type ErrorCodeEntry, errorCodes } from '../packages/protocol/src/error-codes.ts'

/** Where the page lies. */
export const errorsPageUrl = new URL('../docs/errors.md', import.meta.url)

const head = `# Errors

Homing throws one class, \`HomingError\`, with a \`code\` of this table. Branch on \`code\`; \`message\` says what happened and
what to do; \`details\` are plain fields; \`cause\` is what lies beneath. \`retryable\` says whether the same call may
succeed later without a change. An error crosses worker messages and HTTP bodies whole. Written by \`pnpm docs:errors\`.

| code | what happened | what to do | retryable |
| --- | --- | --- | --- |
`

const cell = (text: string) => text.replaceAll('|', '\\|')

/** The page that shows the protocol's error table. */
export function errorsPage(): string {
  const rows = Object.entries<ErrorCodeEntry>(errorCodes).map(
    ([code, { summary, advice, retryable }]) =>
      `| \`${code}\` | ${cell(summary)} | ${cell(advice)} | ${retryable ? 'yes' : 'no'} |\n`,
  )
  return head + rows.join('')
}

if (argv[1] === fileURLToPath(import.meta.url)) writeFileSync(errorsPageUrl, errorsPage())
