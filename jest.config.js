const hook = require.resolve('./typescript.js');

// Processes that tests start run TypeScript, and the packages from their sources, as the tests themselves do.
process.env.NODE_OPTIONS = `${process.env.NODE_OPTIONS ?? ''} --conditions=entity-backend --require ${JSON.stringify(hook)}`;

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['entity-backend', 'node', 'node-addons'] },
  roots: ['<rootDir>/test', '<rootDir>/packages'],
  testMatch: ['**/*.test.ts'],
  modulePathIgnorePatterns: ['<rootDir>/packages/[^/]+/dist/'],
  transform: { '^.+\\.(ts|js|mjs)$': '@swc/jest' },
  // ES modules that jest has to be shown as CommonJS.
  transformIgnorePatterns: ['/node_modules/(?!(@faker-js|@nestjs|croner)/)'],
  setupFiles: ['reflect-metadata', '<rootDir>/test/plain-output.ts'],
  globalSetup: '<rootDir>/test/global-setup.ts',
  globalTeardown: '<rootDir>/test/global-teardown.ts',
  testTimeout: 60_000,
  maxWorkers: 2,
};
