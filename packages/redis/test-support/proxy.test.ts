import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { LoopbackProxy } from './proxy.js';
import { until } from './until.js';

const server = createServer((socket) => {
  socket.on('error', () => {});
  socket.on('data', (data) => {
    heard += data.toString();
    socket.write(data.toString().toUpperCase());
  });
});
let heard = '';
let proxy: LoopbackProxy;
let client: Socket;
let answered = '';

async function connected(): Promise<Socket> {
  const socket = connect(proxy.port, proxy.host);
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

beforeEach(async () => {
  heard = answered = '';
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  proxy = await LoopbackProxy.to((server.address() as AddressInfo).port);
  client = await connected();
  client.on('data', (data: Buffer) => {
    answered += data.toString();
  });
});
afterEach(async () => {
  client.destroy();
  await proxy.close();
  await new Promise((resolve) => server.close(resolve));
});

const toBeAnswered = (text: string): Promise<true> => until(`${text} is answered`, () => answered === text);

describe('a network', () => {
  test('lets everything through, in order, also when it is slow', async () => {
    client.write('a');
    await toBeAnswered('A');
    proxy.slow(20);
    for (const letter of 'bcd') {
      client.write(letter);
      await sleep(1);
    }
    await toBeAnswered('ABCD');
  });

  test('is cut: connections end, and new ones work', async () => {
    const closed = once(client, 'close');
    proxy.cut();
    await closed;
    client = await connected();
    client.write('a');
    expect(String((await once(client, 'data'))[0])).toBe('A');
    expect(proxy.connections).toBe(1);
  });

  test('is a black hole: all waits until it is restored', async () => {
    proxy.blackHole();
    client.write('a');
    const another = await connected();
    another.write('b');
    await sleep(50);
    expect(heard).toBe('');
    proxy.restore();
    await toBeAnswered('A');
    expect(String((await once(another, 'data'))[0])).toBe('B');
    another.destroy();
  });

  test('swallows only the answers: what was asked is done, and with a cut nobody hears of it', async () => {
    proxy.blackHole('answers');
    client.write('a');
    await until('it is done', () => heard === 'a');
    await sleep(50);
    expect(answered).toBe('');
    const closed = once(client, 'close');
    proxy.cut();
    await closed;
    proxy.restore();
    await sleep(50);
    expect(answered).toBe('');
  });

  test('ends a connection with its other end', async () => {
    client.destroy();
    await until('nobody is connected', () => proxy.connections === 0);
  });
});
