import { defineConfig } from '@playwright/test'

import { browserFlags, findBrowser } from '../scripts/browser.mjs'

const executablePath = findBrowser()
const launchOptions = (more: readonly string[] = []) => ({
  args: [...browserFlags, ...more],
  ...(executablePath === undefined ? {} : { executablePath }),
})

export default defineConfig({
  testDir: 'src',
  outputDir: '../test-results/e2e',
  fullyParallel: true,
  workers: 2,
  // As in vite.config.ts; the closing list names what was repeated.
  retries: process.env['CI'] === undefined ? 0 : 1,
  forbidOnly: process.env['CI'] !== undefined,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
  globalSetup: './src/fixtures/publish-once.ts',
  use: {
    viewport: { width: 1280, height: 900 },
    // Playwright cannot see what a service worker answers; the offline tests turn it on.
    serviceWorkers: 'block',
    trace: 'off',
  },
  projects: [
    {
      name: 'chromium',
      testIgnore: ['**/*.webgpu.spec.ts', '**/hosts/**'],
      use: { launchOptions: launchOptions() },
    },
    {
      // Without this flag the adapter is null, which is a case of its own; hence not for all.
      name: 'webgpu',
      testMatch: '**/*.webgpu.spec.ts',
      testIgnore: '**/hosts/**',
      use: { launchOptions: launchOptions(['--enable-unsafe-webgpu']) },
    },
    { name: 'examples', testMatch: '**/*.setup.ts' },
    {
      name: 'hosts',
      testMatch: '**/hosts/*.spec.ts',
      testIgnore: '**/*.webgpu.spec.ts',
      dependencies: ['examples'],
      use: { launchOptions: launchOptions(), serviceWorkers: 'allow' },
    },
    {
      name: 'hosts on webgpu',
      testMatch: '**/hosts/*.webgpu.spec.ts',
      dependencies: ['examples'],
      use: { launchOptions: launchOptions(['--enable-unsafe-webgpu']) },
    },
  ],
})
