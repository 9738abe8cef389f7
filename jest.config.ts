import type { Config } from 'jest';

type Project = Exclude<NonNullable<Config['projects']>[number], string>;

/** The same tests can be compiled with Stage-3 and with legacy (`experimentalDecorators`) decorators. */
const project = (
  displayName: string,
  tsconfig: string,
  files: { testMatch: string[]; testPathIgnorePatterns?: string[] },
): Project => ({
  displayName,
  rootDir: import.meta.dirname,
  roots: ['<rootDir>/packages', '<rootDir>/tests', '<rootDir>/examples'],
  testEnvironment: 'node',
  globals: { decoratorMode: displayName },
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': ['ts-jest', { useESM: true, tsconfig: `<rootDir>/${tsconfig}` }] },
  moduleNameMapper: {
    '^@actguard/([^/]+)$': '<rootDir>/packages/$1/src/index.ts',
    '^@actguard/([^/]+)/([^.]+)$': '<rootDir>/packages/$1/src/$2/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  modulePathIgnorePatterns: ['<rootDir>/packages/[^/]+/dist/', '<rootDir>/tests/\\.out/'],
  ...files,
});

const config: Config = {
  projects: [
    project('stage3', 'tsconfig.test.json', {
      testMatch: ['**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', '\\.legacy\\.test\\.ts$'],
    }),
    project('legacy', 'tsconfig.legacy.json', { testMatch: ['**/*.{both,legacy}.test.ts'] }),
  ],
  collectCoverageFrom: ['packages/*/src/**/*.ts', '!**/*.test.ts', '!**/*.test-d.ts'],
  coverageProvider: 'v8',
  coverageReporters: ['text', 'lcov'],
};

export default config;
