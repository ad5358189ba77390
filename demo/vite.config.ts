import { homing } from '@homing/sdk/vite'
import { defineConfig } from 'vite'

export default defineConfig({
  plugins: [homing()],
  build: {
    target: 'es2022',
    // Knows `light-dark()` and nesting: no long way round for older ones.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    // The page's policy allows files of its own origin and no data: URLs.
    assetsInlineLimit: 0,
  },
})
