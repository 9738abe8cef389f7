import { expect, test } from '@jest/globals';
import { isSecretName } from './secret-names.js';

test.each([
  ...['password', 'userPassword', 'PASSWORD', 'new_passwd', 'pwd', 'client_secret', 'clientSecret', 'Authorization'],
  ...['apiKey', 'api_key', 'x-api-key', 'APIKey', 'accessKey', 'private_key', 'token', 'accessToken', 'refresh_token'],
  ...['Set-Cookie', 'credentials', 'pin', 'cvv', 'bearer'],
])('%p is called like a secret', (name) => expect(isSecretName(name)).toBe(true));

test.each([
  ...['maxTokens', 'max_tokens', 'token_count', 'tokenCount', 'key', 'sortKey', 'primary_key', 'pinned', 'spinner'],
  ...['secretary', 'order', '', 'passenger', 'k'.repeat(10_000)],
])('%p is not', (name) => expect(isSecretName(name)).toBe(false));
