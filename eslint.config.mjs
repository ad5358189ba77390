import { join } from 'node:path'

import { defineConfig, globalIgnores, includeIgnoreFile } from 'eslint/config'
import js from '@eslint/js'
import globals from 'globals'
import tseslint from 'typescript-eslint'

const tests = ['**/*.test.{ts,mts,mjs}', '**/*.spec.ts', '**/test/**', 'e2e/**']

/** What prints: the command line's own output, the repository's scripts and the benchmark tables. */
const printing = ['scripts/**', 'packages/cli/src/**', 'models/src/**', 'bench/src/**']

export default defineConfig(
  // What git ignores: built packages, and the demo that the end-to-end tests left built.
  includeIgnoreFile(join(import.meta.dirname, '.gitignore')),
  globalIgnores(['**/generated/**', 'models/artifacts/**', 'bench/results/**']),
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      globals: globals.nodeBuiltin,
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'no-console': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      // Under `noUncheckedIndexedAccess` an index proven in range needs `!`; bounds live beside the loop that proves them.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Numbers print themselves as expected.
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      // Arrow shorthand may return void.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/no-meaningless-void-operator': 'off',
      // Objects here are closures: a method taken off one still works.
      '@typescript-eslint/unbound-method': 'off',
      // `async` also says that a function rejects rather than throws.
      '@typescript-eslint/require-await': 'off',
      // TypeScript itself reports unused names (noUnusedLocals), and undefined ones.
      '@typescript-eslint/no-unused-vars': 'off',
      'no-undef': 'off',
    },
  },
  {
    // Copied as they are, so neither built nor type-checked.
    files: ['**/public/**/*.js'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { globals: globals.serviceworker, parserOptions: { projectService: false } },
  },
  { files: printing, rules: { 'no-console': 'off' } },
  {
    files: tests,
    rules: {
      // Tests feed wrong values on purpose, and mark them with a cast.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
    },
  },
  {
    files: ['**/*.mjs'],
    // Scripts that run before anything is installed are plain JavaScript; `checkJs` reads their JSDoc.
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
)
