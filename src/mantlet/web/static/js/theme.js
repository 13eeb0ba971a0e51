// @ts-check
/** Light or dark: as the system says until somebody chooses. */

const KEY = 'mantlet.theme';

/** @returns {'light' | 'dark'} what is shown */
export function shown() {
  const chosen = document.documentElement.dataset.theme;
  if (chosen === 'light' || chosen === 'dark') return chosen;
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

/** @param {'light' | 'dark'} theme */
export function choose(theme) {
  document.documentElement.dataset.theme = theme;
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    /* private windows keep nothing */
  }
  dispatchEvent(new CustomEvent('themechange'));
}

/** Take up what was chosen last time. */
export function restore() {
  try {
    const kept = localStorage.getItem(KEY);
    if (kept === 'light' || kept === 'dark') document.documentElement.dataset.theme = kept;
  } catch {
    /* private windows keep nothing */
  }
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () =>
    dispatchEvent(new CustomEvent('themechange')),
  );
}
