import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';
import typeorm from 'eslint-plugin-typeorm-typescript/recommended';

export default tseslint.config(
  { ignores: ['dist', 'node_modules', '.data', 'bench/node_modules'] },
  eslint.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  typeorm,
  {
    languageOptions: { parserOptions: { projectService: { allowDefaultProject: ['*.mjs', '*.js'] }, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/no-floating-promises': 'error',
    },
  },
  { files: ['**/*.js', '**/*.mjs'], ...tseslint.configs.disableTypeChecked },
);
