import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fencedBlocks, PAGES } from './fenced-blocks.ts';

// AWS hands JSON to a function as text, and gzip does not survive that: no page may recommend both.
const snippets = [
  ...fencedBlocks('sh', 'bash', 'yaml', 'yml', 'ts', 'js', 'json'),
  // Examples, and what prints settings for exporters.
  ...[...['examples', 'lib/cdk'].flatMap(filesOf), 'lib/cli/keys.ts'].map((file) => ({
    file,
    text: readFileSync(file, 'utf8'),
  })),
];

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
}

/** The rows of the tables of a page, and its paragraphs, each in one line. */
function passagesOf(page: string): string[] {
  const parts = readFileSync(page, 'utf8').split(/\n\n|\n(?=\|)/);
  return parts.map((part) => part.replaceAll('\n', ' '));
}

const SETS_COMPRESSION = /OTLP(?:_TRACES)?_COMPRESSION=(?!none)|\bcompression: (?!none)\S/;
const SETS_PROTOBUF = /OTLP(?:_TRACES)?_PROTOCOL=http\/protobuf/;
const SETS_JSON = /http\/json|\bencoding: json|exporter-trace-otlp-http/;

describe('settings for exporters', () => {
  it('that compress say protobuf in the same breath', () => {
    const compressing = snippets.filter(({ text }) => SETS_COMPRESSION.test(text));
    expect(compressing.map(({ file }) => file)).toEqual(['README.md', 'docs/deploy.md']);
    for (const { text } of compressing) {
      expect(text).toMatch(SETS_PROTOBUF);
      expect(text).not.toMatch(SETS_JSON);
    }
  });

  it('that are for JSON compress nothing', () => {
    for (const { file, text } of snippets.filter((snippet) => SETS_JSON.test(snippet.text))) {
      expect(text, file).toMatch(/_COMPRESSION=none|\bcompression: none/);
    }
  });

  it.each(['README.md', 'docs/deploy.md'])('of %s are told apart in words, too', (page) => {
    expect(readFileSync(page, 'utf8')).toMatch(/JSON (?:must come )?without compression/);
  });

  it('of a package that sends JSON warn of compression', () => {
    const passages = PAGES.flatMap((page) =>
      passagesOf(page).flatMap((text) =>
        /exporter-trace-otlp-http|package `-http`/.test(text) ? [{ page, text }] : [],
      ),
    );
    expect(passages.map(({ page }) => page)).toEqual([
      'README.md',
      'scripts/build/readme/tailgate.md',
      'docs/deploy.md',
      'docs/deploy.md',
      'docs/receiving.md',
    ]);
    for (const { text } of passages) expect(text).toMatch(/without `compression`|no compression/);
  });
});
