import { defineConfig } from 'tsdown'

const shared = { fixedExtension: false, dts: true } as const

export default defineConfig([
  { ...shared, entry: ['src/index.ts'], platform: 'neutral' },
  { ...shared, entry: ['src/repository.ts'], platform: 'node', clean: false },
])
