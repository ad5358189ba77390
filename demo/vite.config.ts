import { homing } from '@homing/sdk/vite'
import { defineConfig } from 'vite'

export default defineConfig({
  plugins: [homing({ root: process.env['HOMING_ROOT'] ?? '../.homing/keys/root.json' })],
  build: {
    target: 'es2022',
    // Knows `light-dark()` and nesting: no long way round for older ones.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    // The page's policy allows files of its own origin and no data: URLs.
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: { index: 'index.html', sw: 'src/shell/service-worker.ts' },
      // A service worker's address must not change: it is how the browser finds the next one.
      output: { entryFileNames: ({ name }) => (name === 'sw' ? '[name].js' : 'assets/[name]-[hash].js') },
    },
  },
})
