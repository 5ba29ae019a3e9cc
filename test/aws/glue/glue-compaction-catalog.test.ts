import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compactedHoursView } from '../../../lib/archive/tables/archive-tables.ts';
import { NOTHING_COMPACTED } from '../../../lib/archive/tables/compacted-hours.ts';
import { GlueCompactionCatalog } from '../../../lib/aws/glue/compaction-catalog.ts';
import { GlueDatabase } from '../../support/glue-database.ts';
import { ManualClock } from '../../support/manual-clock.ts';

let glue: GlueDatabase;
beforeAll(async () => {
  glue = await GlueDatabase.start();
});
afterAll(() => glue.stop());

const catalog = () =>
  new GlueCompactionCatalog({
    databaseName: 'shop',
    region: 'eu-west-1',
    endpoint: glue.url,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    clock: new ManualClock(),
  });

const HOURS = { from: '2026-11-20T11', to: '2026-11-21T11', left: ['2026-11-21T07'], closing: undefined };

describe('GlueCompactionCatalog', () => {
  it('reads nothing from a view that was only deployed', async () => {
    expect(await catalog().read()).toEqual({ hours: NOTHING_COMPACTED, version: '0' });
  });

  it('writes the view as it would be deployed, and reads it back', async () => {
    const { version } = await catalog().read();
    expect(await catalog().write(HOURS, version)).toBe('written');
    expect((await catalog().read()).hours).toEqual(HOURS);
    const { view, columns } = compactedHoursView({ databaseName: 'shop' }, HOURS);
    const input = glue.input('compacted_hours');
    const base64 = /^\/\* Presto View: (\S+) \*\/$/.exec(input?.ViewOriginalText ?? '')?.[1] ?? '';
    expect(JSON.parse(Buffer.from(base64, 'base64').toString())).toEqual(view);
    expect(input).toMatchObject({ TableType: 'VIRTUAL_VIEW', PartitionKeys: [], Parameters: { presto_view: 'true' } });
    expect(input?.StorageDescriptor?.Columns?.map(({ Name }) => Name)).toEqual(columns.map(({ name }) => name));
  });

  it('does not write over what somebody else has written', async () => {
    const { version } = await catalog().read();
    expect(await catalog().write(HOURS, version)).toBe('written');
    expect(await catalog().write(NOTHING_COMPACTED, version)).toBe('conflict');
    expect((await catalog().read()).hours).toEqual(HOURS);
  });

  it('says when there is no such view', async () => {
    glue.drop('compacted_hours');
    await expect(catalog().read()).rejects.toMatchObject({ name: 'EntityNotFoundException' });
  });
});
