import eslint from '@eslint/js';
import { defineConfig } from 'eslint/config';
import typeorm from 'eslint-plugin-typeorm-typescript/recommended';
import tseslint from 'typescript-eslint';

export default defineConfig(
  { ignores: ['**/dist', '.ci/projects', '.data', 'coverage'] },
  eslint.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked, typeorm],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // A parameter that is there for its position alone: (_, index) =>
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
    },
  },
  {
    files: ['**/*.js'],
    languageOptions: { sourceType: 'commonjs', globals: { __dirname: 'readonly', __filename: 'readonly' } },
  },
  {
    files: ['**/*.js', '**/*.mjs'],
    languageOptions: { globals: { console: 'readonly', process: 'readonly', URL: 'readonly' } },
  },
);
