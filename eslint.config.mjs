import { readdirSync } from 'node:fs';
import js from '@eslint/js';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import importX from 'eslint-plugin-import-x';
import globals from 'globals';
import tseslint from 'typescript-eslint';

const src = './functions/src';

/** The one direction that imports may take: contract <- platform <- {engine, providers} <- features <- app. */
const zones = [
  {
    target: './packages/contract',
    from: ['./packages/client', './functions', './emulators', './tests'],
  },
  { target: './packages/client', from: ['./functions', './emulators', './tests'] },
  { target: './emulators', from: ['./functions', './packages', './tests'] },
  {
    target: `${src}/platform`,
    from: [`${src}/engine`, `${src}/providers`, `${src}/features`, `${src}/app`],
  },
  { target: `${src}/engine`, from: [`${src}/providers`, `${src}/features`, `${src}/app`] },
  { target: `${src}/providers`, from: [`${src}/engine`, `${src}/features`, `${src}/app`] },
  // Features do not import one another: what crosses them goes through a job, the contract or app.
  ...readdirSync(`${src}/features`).map((feature) => ({
    target: `${src}/features/${feature}`,
    from: `${src}/features`,
    except: [`./${feature}`],
  })),
  { target: `${src}/features`, from: `${src}/app` },
];

const providerSdks = [
  '@deepgram/sdk',
  '@google/generative-ai',
  'twitter-api-v2',
  '@ffprobe-installer/ffprobe',
];

export default tseslint.config(
  { ignores: ['**/dist/**', '**/lib/**', '**/node_modules/**', '.cache/**', 'eslint.config.mjs'] },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      globals: globals.node,
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    plugins: { 'import-x': importX },
    settings: {
      'import-x/resolver-next': [createTypeScriptImportResolver({ alwaysTryTypes: true })],
      // Without it the rule on cycles sees no further than plain JavaScript.
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts'] },
      'import-x/extensions': ['.ts', '.js'],
    },
    rules: {
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      'import-x/no-cycle': 'error',
      'import-x/no-restricted-paths': ['error', { zones }],
      'no-console': 'off',
    },
  },
  {
    files: ['functions/src/**/*.ts'],
    ignores: ['functions/src/providers/**', '**/*.spec.ts'],
    rules: { '@typescript-eslint/no-restricted-imports': ['error', { paths: providerSdks }] },
  },
  {
    files: ['functions/src/**/*.ts'],
    ignores: [
      'functions/src/**/triggers.ts',
      'functions/src/platform/**',
      'functions/src/providers/**',
      '**/*.spec.ts',
    ],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          paths: providerSdks,
          patterns: [
            {
              group: ['firebase-functions', 'firebase-functions/*'],
              message: 'only triggers.ts and platform/ may',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['**/*.spec.ts', 'tests/**/*.ts'],
    rules: { '@typescript-eslint/no-unused-expressions': 'off' },
  },
);
