import type { ComponentChildren } from 'preact';

/** A table that is wider than the screen scrolls by itself, also with the arrow keys. */
export function TableBox({ label, children }: { readonly label: string; readonly children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached with the keyboard
    <section class="table-box" tabIndex={0} aria-label={label}>
      {children}
    </section>
  );
}
