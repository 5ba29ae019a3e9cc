import { useEffect, useState } from 'preact/hooks';
import { MapPage } from './map/map-page.tsx';
import { PoliciesPage } from './policies/policies-page.tsx';
import { RedPage } from './red/red-page.tsx';
import { SearchPage } from './search/search-page.tsx';
import { address, follow, go, type Place, usePlace, windowOf } from './shared/location.ts';
import { ThemeButton } from './shared/theme.tsx';
import { traceIdIn } from './shared/trace-id.ts';
import { TracePage } from './trace/trace-page.tsx';

const VIEWS = [
  { path: '', name: 'Traces' },
  { path: 'services', name: 'Services' },
  { path: 'map', name: 'Service map' },
  { path: 'policies', name: 'Policies' },
];

export function App() {
  const place = usePlace();
  const [view = ''] = place.segments;
  useEffect(() => {
    document.addEventListener('click', follow);
    return () => document.removeEventListener('click', follow);
  }, []);
  return (
    <>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <header class="bar">
        <a class="brand" href={address('/', windowOf(place.query))}>
          <img src="/page/icon.svg" alt="" width="20" height="20" /> Tailgate
        </a>
        <nav aria-label="Views">
          {VIEWS.map(({ path, name }) => (
            <a
              key={path}
              href={address(`/${path}`, windowOf(place.query))}
              aria-current={view === path || (path === '' && view === 'traces') ? 'page' : undefined}
            >
              {name}
            </a>
          ))}
        </nav>
        <TraceIdForm />
        <ThemeButton />
      </header>
      <main id="main" tabIndex={-1}>
        <View place={place} />
      </main>
    </>
  );
}

function View({ place }: { readonly place: Place }) {
  const [view, id] = place.segments;
  switch (view) {
    case undefined:
      return <SearchPage place={place} />;
    case 'traces':
      return id === undefined ? <SearchPage place={place} /> : <TracePage key={id} traceId={id} place={place} />;
    case 'services':
      return <RedPage place={place} />;
    case 'map':
      return <MapPage place={place} />;
    case 'policies':
      return <PoliciesPage place={place} />;
    default:
      return (
        <p class="notice">
          There is no page /{place.segments.join('/')}. <a href="/">See the latest traces</a>
        </p>
      );
  }
}

/** For an ID from a log line or an answer's header, of any trace, kept or not. */
function TraceIdForm() {
  const [text, setText] = useState('');
  return (
    <form
      class="jump"
      onSubmit={(event) => {
        event.preventDefault();
        const id = traceIdIn(text);
        if (id === '') return;
        setText('');
        go(`/traces/${encodeURIComponent(id)}`);
      }}
    >
      <input
        aria-label="Trace ID"
        placeholder="Trace ID"
        title="32 hex digits, a traceparent, a UUID or an X-Ray ID"
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
        spellcheck={false}
      />
    </form>
  );
}
