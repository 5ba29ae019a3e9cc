/** @param json address of what the page shows, for programs */
export function TraceIdLine({ traceId, json }: { readonly traceId: string; readonly json: string }) {
  return (
    <p class="muted">
      <code>{traceId}</code>{' '}
      <button type="button" onClick={() => void navigator.clipboard.writeText(traceId)}>
        Copy
      </button>{' '}
      <a href={json}>JSON</a>
    </p>
  );
}
