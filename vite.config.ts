import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'

import { repositoryCommands } from './packages/testkit/src/repository-commands.ts'
import { browserFlags, findBrowser } from './scripts/browser.mjs'

/** In CI, on a machine that other work may slow, a test fails when it fails twice; the log names what was repeated. */
const retry = process.env['CI'] === undefined ? 0 : 1

/** Workspace packages resolve to their sources in development and tests; published packages only have `dist`. */
const conditions = ['@homing/source']
const browser = findBrowser()
const sources = ['packages/*/src', 'packages/*/test', 'models/src', 'bench/src', 'demo/src', 'scripts']

export default defineConfig({
  test: {
    projects: [
      {
        resolve: { conditions: [...conditions, 'node', 'import', 'module', 'default'] },
        ssr: { resolve: { conditions: [...conditions, 'node', 'import', 'module', 'default'] } },
        test: {
          name: 'node',
          environment: 'node',
          include: sources.map((folder) => `${folder}/**/*.test.{ts,mts,mjs}`),
          exclude: ['**/*.browser.test.ts', '**/node_modules/**'],
          testTimeout: 30_000,
          retry,
        },
      },
      {
        resolve: { conditions: [...conditions, 'browser', 'import', 'module', 'default'] },
        worker: { format: 'es' },
        // What workers alone import is else found in the middle of a test, and the page loaded anew.
        optimizeDeps: { entries: ['packages/sdk/src/**/*-worker.ts'] },
        test: {
          name: 'browser',
          include: sources.map((folder) => `${folder}/**/*.browser.test.ts`),
          testTimeout: 60_000,
          retry,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            commands: repositoryCommands,
            provider: playwright({
              launchOptions: {
                ...(browser === undefined ? {} : { executablePath: browser }),
                args: [...browserFlags, '--enable-unsafe-webgpu'],
              },
            }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
    ],
  },
})
