import { defineConfig } from 'tsdown'

export default defineConfig({
  entry: ['src/index.ts'],
  // One file per module: bundlers drop the schemas from a page that only handles errors.
  unbundle: true,
  platform: 'neutral',
  fixedExtension: false,
  dts: true,
})
