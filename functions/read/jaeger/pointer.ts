import { HttpError, type ReadApi } from '../http.ts';

const TEXT = `This is where Tailgate answers like Jaeger: there is no page here, but the API below /jaeger/api.

Jaeger UI: let one web server have its page and, below /jaeger, this server (examples/jaeger/nginx.conf).
Grafana:   a data source of type Jaeger whose URL is this address, /jaeger (examples/jaeger/grafana-datasource.yaml).
Tailgate's own page is at /.
`;

/** What a person finds who opens the address that Jaeger's clients are given. */
export const jaegerPointer: ReadApi = {
  handle: async ({ segments }) => {
    if (segments.join('') !== '') throw new HttpError(404, 'only /jaeger/api exists below /jaeger');
    const headers = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' };
    return { status: 200, headers, body: new TextEncoder().encode(TEXT) };
  },
  errorBody: (_status, error) => ({ error }),
};
