import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Extractor, ExtractorConfig, ExtractorLogLevel, ExtractorMessageCategory } from '@microsoft/api-extractor';
import { DIST, ROOT } from './root.ts';

const REPORT_FOLDER = join(ROOT, 'docs/api');

export interface PublicApiOptions {
  /** Folder of the package, with its `package.json` and the compiler's declarations. */
  readonly packageFolder: string;
  /** The declarations of the entry point, within the folder. */
  readonly entryPoint: string;
  /** Where the declarations of the whole package go, as one file, within the folder. */
  readonly rolledUp: string;
  /** Whether to write `docs/api/<package>.api.md`; otherwise it is compared. */
  readonly update: boolean;
}

/**
 * Writes one declaration file for everything that the entry point exports, and the report of the public API, which is committed
 * so that a change of the surface shows in review.
 *
 * @returns what is wrong, a line each: a type in an exported signature that is not exported, a public symbol without
 *   documentation, a report that is out of date
 */
export function extractPublicApi(options: PublicApiOptions): readonly string[] {
  const { packageFolder, entryPoint, rolledUp, update } = options;
  const problems: string[] = [];
  mkdirSync(REPORT_FOLDER, { recursive: true });
  const config = ExtractorConfig.prepare({
    packageJsonFullPath: join(packageFolder, 'package.json'),
    configObjectFullPath: undefined,
    configObject: {
      projectFolder: packageFolder,
      mainEntryPointFilePath: join(packageFolder, entryPoint),
      newlineKind: 'lf',
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            target: 'es2023',
            lib: ['es2023', 'esnext.disposable'],
            module: 'nodenext',
            moduleResolution: 'nodenext',
            strict: true,
            skipLibCheck: true,
            types: ['node'],
            typeRoots: [join(ROOT, 'node_modules/@types')],
          },
          files: [entryPoint],
        },
      },
      apiReport: {
        enabled: true,
        reportFileName: '<unscopedPackageName>.api.md',
        reportFolder: REPORT_FOLDER,
        reportTempFolder: join(DIST, 'api'),
      },
      dtsRollup: { enabled: true, untrimmedFilePath: join(packageFolder, rolledUp) },
      docModel: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Error } },
        extractorMessageReporting: {
          default: { logLevel: ExtractorLogLevel.Error },
          // Everything that is exported is public; there are no releases of another kind.
          'ae-missing-release-tag': { logLevel: ExtractorLogLevel.None },
        },
        tsdocMessageReporting: {
          default: { logLevel: ExtractorLogLevel.Error },
          // `@default` is the CDK's word; TSDoc has `@defaultValue`.
          'tsdoc-undefined-tag': { logLevel: ExtractorLogLevel.None },
        },
      },
    },
  });
  Extractor.invoke(config, {
    localBuild: update,
    messageCallback: (message) => {
      const matters = [ExtractorLogLevel.Error, ExtractorLogLevel.Warning].includes(message.logLevel);
      // Of the report it says that it was written.
      const isNews = update && message.category === ExtractorMessageCategory.Console;
      if (matters && !isNews) problems.push(message.formatMessageWithLocation(packageFolder));
      message.handled = true;
    },
  });
  return problems;
}
