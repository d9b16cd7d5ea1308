import tseslint from 'typescript-eslint';

// Few rules, each of which has found a mistake somewhere; the compiler's strictness does the rest. All packages of web/ share them.
export default tseslint.config(
  { ignores: ['**/node_modules', '**/dist', 'client/src/openapi.ts'] },
  tseslint.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 70, skipBlankLines: true, skipComments: true }],
    },
  },
  // What a visitor reads may come from anywhere: it is text, never markup.
  { files: ['**/*.tsx'], rules: { 'no-restricted-syntax': ['error', { selector: 'JSXAttribute[name.name="dangerouslySetInnerHTML"]', message: 'text is text' }] } },
  // The console of a site's page is where its authors are told.
  { files: ['widget/loader/**', 'widget/frame/**'], rules: { 'no-console': 'off' } },
  { files: ['**/test/**', 'e2e/**'], rules: { 'max-lines-per-function': 'off' } },
);
