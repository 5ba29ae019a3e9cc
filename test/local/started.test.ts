import { describe, expect, it } from 'vitest';
import { Started, startParts } from '../../lib/local/started.ts';

describe('what has been started', () => {
  it('is stopped in the opposite order, once', async () => {
    const stopped: string[] = [];
    const started = new Started();
    started.defer(() => void stopped.push('engine'));
    started.defer(async () => void stopped.push('server'));
    await started.stop();
    await started.stop();
    expect(stopped).toEqual(['server', 'engine']);
  });

  it('is stopped even where one does not stop, which is told', async () => {
    const stopped: string[] = [];
    const started = new Started();
    started.defer(() => void stopped.push('engine'));
    started.defer(() => Promise.reject(new Error('stuck')));
    await expect(started.stop()).rejects.toThrow('stuck');
    expect(stopped).toEqual(['engine']);
  });

  it('is stopped when the rest cannot start', async () => {
    const stopped: string[] = [];
    const starting = startParts(async (started) => {
      started.defer(() => void stopped.push('engine'));
      throw new Error('port in use');
    });
    await expect(starting).rejects.toThrow('port in use');
    expect(stopped).toEqual(['engine']);
  });

  it('runs on where all have started', async () => {
    const stopped: string[] = [];
    const running = await startParts(async (started) => {
      started.defer(() => void stopped.push('engine'));
      return { stop: () => started.stop() };
    });
    expect(stopped).toEqual([]);
    await running.stop();
    expect(stopped).toEqual(['engine']);
  });
});
