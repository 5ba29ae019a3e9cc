import { useEffect, useState } from 'preact/hooks';

type Theme = 'light' | 'dark';

const KEY = 'tailgate-theme';
const CHANGED = 'tailgate:theme';

function systemTheme(): Theme {
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

function chosenTheme(): Theme | undefined {
  const stored = localStorage.getItem(KEY);
  return stored === 'light' || stored === 'dark' ? stored : undefined;
}

/** The theme in use: the one that the person chose, or else that of the system. */
export function useTheme(): Theme {
  const [theme, setTheme] = useState<Theme>(() => chosenTheme() ?? systemTheme());
  useEffect(() => {
    const update = () => setTheme(chosenTheme() ?? systemTheme());
    const system = matchMedia('(prefers-color-scheme: dark)');
    system.addEventListener('change', update);
    addEventListener(CHANGED, update);
    return () => {
      system.removeEventListener('change', update);
      removeEventListener(CHANGED, update);
    };
  }, []);
  return theme;
}

export function ThemeButton() {
  const theme = useTheme();
  useEffect(() => {
    document.documentElement.dataset['theme'] = theme;
  }, [theme]);
  const other = theme === 'dark' ? 'light' : 'dark';
  return (
    <button
      type="button"
      class="quiet"
      title={`Switch to the ${other} theme`}
      aria-label={`Switch to the ${other} theme`}
      onClick={() => {
        localStorage.setItem(KEY, other);
        dispatchEvent(new Event(CHANGED));
      }}
    >
      {theme === 'dark' ? '☀' : '☾'}
    </button>
  );
}
