/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  transform: { '^.+\\.(ts|js|mjs)$': '@swc/jest' },
  // ES modules that jest has to be shown as CommonJS.
  transformIgnorePatterns: ['/node_modules/(?!(@faker-js|@nestjs|croner)/)'],
  setupFiles: ['reflect-metadata', '<rootDir>/test/plain-output.ts'],
  globalSetup: '<rootDir>/test/global-setup.ts',
  globalTeardown: '<rootDir>/test/global-teardown.ts',
  testTimeout: 60_000,
  maxWorkers: 2,
};
