import { defineConfig } from 'tsdown'

export default defineConfig({
  entry: ['src/index.ts', 'src/guards.ts'],
  platform: 'neutral',
  fixedExtension: false,
  dts: true,
})
